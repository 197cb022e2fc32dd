"""Personal data as numbers that rules can bound."""

from functools import cache

from app.curation.bounds import Measure
from app.curation.pii.detector import kinds

IN_ALL = Measure("pii_spans", "Personal data of all kinds that count", "spans")


@cache
def measure_of(kind: str) -> Measure:
    """How many spans of a kind there are; NaN where no detector looks for it."""
    return Measure(f"pii_{kind}", kinds()[kind], "spans")
