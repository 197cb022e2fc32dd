"""The tokens of English text, as the published web rules count words: those of spaCy's blank English tokeniser."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.curation.english import classes, lexicon
from app.curation.kernels.tokenizer import Memo, Tokens, mostly_latin, tokenise_all
from app.curation.points import Points

REMEMBERED = 1 << 16
"""Chunks whose cut is remembered while a batch is read, 16 bytes each."""


class EnglishTokens:
    """Token `i` is ``points.span(starts[i], ends[i])``; text `t` owns those from ``firsts[t]`` to ``firsts[t + 1]``.

    `hashes` can be joined (`kernels/polynomial.py`), `flags` are those of `kernels/tokenizer.py`. Blank tokens, which
    spaCy makes of wide spaces, are left out as datatrove leaves them out.
    """

    def __init__(self, points: Points) -> None:
        self.points = points
        room = _room(int(points.offsets[-1]))
        self.memo = Memo(np.zeros(REMEMBERED, np.uint64), np.zeros(REMEMBERED, np.uint64))
        self.firsts: NDArray[np.int64] = tokenise_all(
            points.codes, points.offsets, classes(), lexicon(), self.memo, room
        )
        count = self.firsts[-1]
        self.arrays = Tokens(room.starts[:count], room.ends[:count], room.hashes[:count], room.flags[:count])
        self.starts, self.ends, self.hashes, self.flags = self.arrays

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Tokens per text."""
        return np.diff(self.firsts)

    @cached_property
    def is_latin(self) -> NDArray[np.bool_]:
        """Where English rules apply: at least half of the letters are Latin, or there is no letter."""
        points = self.points
        found: NDArray[np.bool_] = mostly_latin(points.codes, points.offsets, points.is_ascii, classes())
        return found

    def of(self, text: int) -> list[str]:
        """The tokens of one text, for tests and for showing."""
        row = range(self.firsts[text], self.firsts[text + 1])
        return [self.points.span(self.starts[token], self.ends[token]) for token in row]


def _room(count: int) -> Tokens:
    places = np.empty(count, np.int64), np.empty(count, np.int64)
    return Tokens(*places, np.empty(count, np.uint64), np.empty(count, np.uint8))
