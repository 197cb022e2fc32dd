"""Conflicting answers over a whole corpus: a rule that no sample breaks alone, so each breach names its partners."""

from collections.abc import Callable, Sequence

import numpy as np

from app.curation.bounds import Measure, Rule
from app.curation.conflicts import Conflict
from app.curation.sample import Json

RULE = Rule(
    Measure("conflicts", "Samples that answer the same question otherwise"),
    "max",
    "conflicting_answers",
    "Two answers to one question cannot both be learnt.",
)


def reason(row: int, found: Sequence[Conflict], id_of: Callable[[int], str]) -> Json:
    """As other reasons, with the partners beside."""
    others = [one.partner if one.row == row else one.row for one in found]
    told = [
        {"id": id_of(other), "agreement": round(one.agreement, 4), "compared_as": one.way, "question": one.question}
        for one, other in zip(found, others, strict=True)
    ]
    value = float(len(np.unique(others)))
    return {"rule": RULE.reason, "measure": RULE.measure.name, "value": value, "bound": 0, "partners": told}
