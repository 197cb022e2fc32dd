"""Answers of several raters on several units, and the patterns in which they come."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """Three arrays of one length, an entry for each answer: its unit, its rater, and the code of what was said.

    Any numbers name units and raters; codes run from 0 to `categories` - 1. What a rater left out has no entry, and
    nobody answers a unit twice.
    """

    units: Ints
    raters: Ints
    codes: Ints
    categories: int

    def only(self, chosen: NDArray[np.bool_]) -> "Answers":
        """Those of the entries where `chosen`, of the same length, is true."""
        return Answers(self.units[chosen], self.raters[chosen], self.codes[chosen], self.categories)


@dataclass(frozen=True)
class Patterns:
    """Units with two answers or more, by what was said of them: units with the same answers are one pattern.

    `counts` has a row per pattern and a column per category; `times` says how many units each pattern stands for.
    `members` are these units, in order, and `pattern_of` is the row of each.
    """

    counts: Floats
    times: Ints
    members: Ints
    pattern_of: Ints

    @property
    def sizes(self) -> Floats:
        """Answers on a unit of each pattern."""
        return np.asarray(self.counts.sum(axis=1), np.float64)

    @property
    def units(self) -> int:
        return int(self.times.sum())

    def only(self, chosen: NDArray[np.bool_]) -> "Patterns":
        """The units where `chosen`, as long as `members`, is true."""
        pattern_of = self.pattern_of[chosen]
        times = np.bincount(pattern_of, minlength=len(self.times))
        return Patterns(self.counts, times.astype(np.int64), self.members[chosen], pattern_of)

    def against_the_rest(self, code: int) -> "Patterns":
        """One answer (0) against all others (1)."""
        given = self.counts[:, code]
        return Patterns(np.column_stack([given, self.sizes - given]), self.times, self.members, self.pattern_of)


def from_table(rows: Sequence[Sequence[Hashable | None]]) -> tuple[Answers, list[Any]]:
    """Answers from a row per unit and a column per rater, None where nothing was said; and the value of each code.

    Values are numbered in their own order where they have one, else as they come.
    """
    entries = [(unit, rater, value) for unit, row in enumerate(rows) for rater, value in enumerate(row) if _said(value)]
    values = _in_order([value for _, _, value in entries])
    codes = {value: code for code, value in enumerate(values)}
    columns = np.array([(unit, rater, codes[value]) for unit, rater, value in entries], np.int64).reshape(-1, 3)
    return Answers(columns[:, 0], columns[:, 1], columns[:, 2], len(values)), values


def patterns(answers: "Answers | Patterns") -> Patterns:
    """Units by what was said of them. A unit with one answer says nothing about agreement and is left out.

    Whoever asks for several figures of the same answers makes their patterns once: it is the dear part.
    """
    if isinstance(answers, Patterns):
        return answers
    units, codes = _sorted(answers)
    starts = np.flatnonzero(np.r_[True, units[1:] != units[:-1]]) if len(units) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[starts, len(units)])
    row, place = np.repeat(np.arange(len(sizes)), sizes), np.arange(len(units)) - np.repeat(starts, sizes)
    table = np.full((len(sizes), int(sizes.max(initial=1))), -1, np.int64)
    table[row, place] = codes
    members, table = units[starts][sizes >= 2], table[sizes >= 2]
    distinct, pattern_of, times = _distinct(table, answers.categories)
    row, place = np.nonzero(distinct >= 0)
    counts = np.bincount(row * answers.categories + distinct[row, place], minlength=len(distinct) * answers.categories)
    shaped = counts.reshape(len(distinct), answers.categories).astype(np.float64)
    return Patterns(shaped, times, members, pattern_of)


def _sorted(answers: Answers) -> tuple[Ints, Ints]:
    """Units and codes by unit, then code. As one number where they fit: that sorts several times as fast."""
    first = int(answers.units.min(initial=0))
    if not len(answers.units) or (int(answers.units.max()) - first + 1) * answers.categories >= 2**62:
        order = np.lexsort((answers.codes, answers.units))
        return answers.units[order], answers.codes[order]
    keys = np.sort((answers.units - first) * answers.categories + answers.codes)
    units = keys // answers.categories
    return units + first, keys - units * answers.categories


def _distinct(table: Ints, categories: int) -> tuple[Ints, Ints, Ints]:
    """The different rows, which of them each row is, and how often each comes; a row is one number where it fits."""
    base, width = categories + 1, table.shape[1]
    if base**width < 2**63:
        keys = (table + 1) @ np.array([base**place for place in range(width)], np.int64)
        _, first, pattern_of, times = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        return table[first], pattern_of, times.astype(np.int64)
    rows, pattern_of, times = np.unique(table, axis=0, return_inverse=True, return_counts=True)
    return rows, pattern_of.reshape(-1), times.astype(np.int64)


def _said(value: Any) -> bool:
    return value is not None and value == value  # not a number is no answer


def _in_order(values: list[Any]) -> list[Any]:
    distinct = list(dict.fromkeys(values))
    if any(isinstance(value, frozenset) for value in distinct):  # for sets < is "part of", which is no order
        return distinct
    try:
        return sorted(distinct)
    except TypeError:
        return distinct
