"""The sequences of several fingerprints in one table, and where each of them stands."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.curation.decontamination.fingerprint import PARTS, Fingerprint
from app.curation.kernels.keys import slots_of

_MOST_PLACES = 4
"""Places of one sequence in one section that are looked at: a text that repeats itself must not cost its square."""


class WholeTable:
    """Keys of whole questions, and the items that have them."""

    def __init__(self, prints: Sequence[Fingerprint]) -> None:
        before = np.cumsum([0, *(len(one.ids) for one in prints)])
        keys = _joined([one.whole_keys for one in prints], np.uint64)
        items = _joined([one.whole_items + at for one, at in zip(prints, before, strict=False)], np.int64)
        order = np.lexsort((items, keys))
        self.keys, self.items = keys[order], items[order]

    def pairs(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Shape (pairs, 2): the place in `keys` and an item that has the same key."""
        first, last = (np.searchsorted(self.keys, keys, side) for side in ("left", "right"))
        places = np.flatnonzero(last > first)
        found = [(place, item) for place in places for item in self.items[first[place] : last[place]]]
        return np.unique(np.array(found, np.int64).reshape(-1, 2), axis=0)


class SequenceTable:
    """Sequence `s` stands at the `sections` and `positions` from ``firsts[s]`` to ``firsts[s + 1]``.

    Items are numbered through over all fingerprints. `said` sums the word weights before each word of all sections;
    section `t` has those from ``word_firsts[t]`` to ``word_firsts[t + 1]``.
    """

    def __init__(self, prints: Sequence[Fingerprint]) -> None:
        before = np.cumsum([0, *(PARTS * len(one.ids) for one in prints)])
        keys = _joined([one.keys for one in prints], np.uint64)
        sections = _joined([one.sections + at for one, at in zip(prints, before, strict=False)], np.int64)
        positions = _joined([one.positions for one in prints], np.int64)
        order = np.lexsort((positions, sections, keys))
        order = order[_few(keys[order], sections[order])]
        self.keys, firsts = np.unique(keys[order], return_index=True)
        self.firsts = np.append(firsts, len(order)).astype(np.int64)
        self.sections, self.positions = sections[order], positions[order]
        self.slots = slots_of(self.keys)
        counts = _joined([np.diff(one.word_firsts) for one in prints], np.int64)
        self.word_firsts = np.concatenate([[0], np.cumsum(counts)])
        weights = _joined([one.word_weights for one in prints], np.float32)
        self.said = np.concatenate([[0.0], np.cumsum(weights, dtype=np.float64)])

    @cached_property
    def totals(self) -> NDArray[np.float64]:
        """What each section says."""
        return np.diff(self.said[self.word_firsts])


def _few(keys: NDArray[np.uint64], sections: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True for the first places of each sequence in each section; both arrays are sorted."""
    found = np.ones(len(keys), np.bool_)
    late = slice(_MOST_PLACES, None)
    found[late] = (keys[late] != keys[:-_MOST_PLACES]) | (sections[late] != sections[:-_MOST_PLACES])
    return found


def _joined(parts: Sequence[NDArray[Any]], kind: type) -> NDArray[Any]:
    return np.concatenate(parts).astype(kind, copy=False) if parts else np.empty(0, kind)
