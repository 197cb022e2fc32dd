"""Personal data as numbers that rules can bound."""

from functools import cache

from app.curation.bounds import Measure, Rule
from app.curation.pii.detector import kinds

IN_ALL = Measure("pii_spans", "Personal data of all kinds that count", "spans")
TOO_MUCH = Rule(IN_ALL, "max", "too_much_personal_data", "Dolma drops samples with more than 5.")


@cache
def measure_of(kind: str) -> Measure:
    """How many spans of a kind there are; NaN where no detector looks for it."""
    return Measure(f"pii_{kind}", kinds()[kind], "spans")


def rule_of(kind: str) -> Rule:
    """The rule that drops samples with too much of a kind."""
    return Rule(measure_of(kind), "max", f"too_much_{kind}")
