"""How far apart two answers are: the same or not, steps on a scale, numbers, or sets that share members."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from app.curation.agreement.answers import Floats

V = TypeVar("V")


@dataclass(frozen=True)
class Differences:
    """Any difference: a symmetric matrix with a row and a column per category, 0 on the diagonal."""

    matrix: Floats


@dataclass(frozen=True)
class Interval:
    """Numbers, `points` by code: the difference is their distance squared."""

    points: Floats


@dataclass(frozen=True)
class Ordinal:
    """Categories lie in the order of their codes; how far apart they are depends on how often each was chosen."""


Scale = Differences | Interval | Ordinal


def nominal(categories: int) -> Differences:
    """Answers are the same or they are not."""
    return Differences(1 - np.eye(categories))


def by(values: Sequence[V], difference: Callable[[V, V], float]) -> Differences:
    """The differences that a function finds between the values of the codes."""
    return Differences(np.array([[difference(one, other) for other in values] for one in values], np.float64))


def jaccard(one: AbstractSet[Any], other: AbstractSet[Any]) -> float:
    """1 less the share of common members; two empty sets are the same (Jaccard 1901)."""
    union = len(one | other)
    return 1 - len(one & other) / union if union else 0.0


def masi(one: AbstractSet[Any], other: AbstractSet[Any]) -> float:
    """Jaccard's difference, milder where one set holds the other (Passonneau 2006)."""
    if one == other:
        return 0.0
    return 1 - (1 - jaccard(one, other)) * (2 / 3 if one <= other or other <= one else 1 / 3)


def scale_of(values: Sequence[Any]) -> Scale:
    """The scale that fits a question's answers: sets by MASI, whole numbers as steps, others as numbers, else words."""
    if values and all(isinstance(value, frozenset) for value in values):
        return by(values, masi)
    if values and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        is_steps = all(float(value).is_integer() for value in values)
        return Ordinal() if is_steps else Interval(np.array(values, np.float64))
    return nominal(len(values))
