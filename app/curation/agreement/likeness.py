"""How alike the answers on one sample are, without looking at any other sample."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from app.curation.agreement.scales import jaccard


def likeness(one: Any, other: Any) -> float:
    """0 to 1 for two answers to one question. The scale of numbers is not known here, so they are compared in size."""
    if isinstance(one, list) and isinstance(other, list):
        return 1 - jaccard(frozenset(map(str, one)), frozenset(map(str, other)))
    if _is_number(one) and _is_number(other):
        return 1 - min(1.0, float(abs(one - other) / max(abs(one), abs(other), 1)))
    return float(one == other)


def alike(answers: Sequence[Mapping[str, Any]]) -> float:
    """The mean over all questions and pairs of people who both answered; 1 where nothing can be compared."""
    found = [
        likeness(one[key], other[key])
        for one, other in combinations(answers, 2)
        for key in one.keys() & other.keys()
        if not _is_text(one[key]) and not _is_text(other[key])
    ]
    return sum(found) / len(found) if found else 1.0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    """Free text differs even between people who agree; and what is nested has no likeness that could be known here."""
    return isinstance(value, dict) or (isinstance(value, str) and len(value) > 80)
