"""Measures against a recipe's limits: every failing rule of every sample, with its value and bound."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from app.curation.batch import Array, Mask
from app.curation.bounds import Limit
from app.curation.sample import Json


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that a sample fails."""

    rule: str
    measure: str
    value: float
    bound: float

    def as_json(self) -> Json:
        return asdict(self)


def failing(measures: Mapping[str, Array], limit: Limit) -> Mask:
    """Where the rule is broken. NaN breaks no rule; a value equal to the bound passes."""
    values = measures[limit.rule.measure.name]
    return values < limit.bound if limit.rule.side == "min" else values > limit.bound


def judge(measures: Mapping[str, Array], limits: Sequence[Limit]) -> dict[int, list[Reason]]:
    """All reasons by row; rows that pass are absent."""
    reasons: dict[int, list[Reason]] = {}
    for limit in limits:
        values = measures[limit.rule.measure.name]
        for row in np.flatnonzero(failing(measures, limit)).tolist():
            found = Reason(limit.rule.reason, limit.rule.measure.name, float(values[row]), limit.bound)
            reasons.setdefault(row, []).append(found)
    return reasons
