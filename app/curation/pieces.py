"""The sentences, lines and paragraphs of many texts as flat arrays, and how much of them comes again."""

from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.curation.characters import SIZE, tables
from app.curation.hashing import Hashes
from app.curation.kernels import pieces as kernel
from app.curation.texts import Texts


class Pieces(NamedTuple):
    """Piece `i` stands at ``data[starts[i]:ends[i]]``; text `t` owns those from ``firsts[t]`` to ``firsts[t + 1]``.

    Two pieces have the same hash when their characters are equal, runs of blanks read as one.
    """

    hashes: Hashes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    flags: NDArray[np.uint8]
    firsts: NDArray[np.int64]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Pieces per text."""
        return np.diff(self.firsts)

    def has(self, flag: int) -> NDArray[np.bool_]:
        """Which pieces have one of the flags of `kernels.pieces`."""
        found: NDArray[np.bool_] = (self.flags & flag) != 0
        return found


class Layout:
    """A batch of texts cut three ways."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self.sentences = Pieces(*kernel.sentences_all(texts.data, texts.offsets, tables().classes, _roles()))

    @cached_property
    def lines(self) -> Pieces:
        return Pieces(*kernel.joined(*self.sentences, kernel.ENDS_LINE))

    @cached_property
    def paragraphs(self) -> Pieces:
        return Pieces(*kernel.joined(*self.sentences, kernel.ENDS_PARAGRAPH))


class Recurrence(NamedTuple):
    """Per text: share of pieces that came before, share of characters in them, most copies, longest run of one."""

    share: NDArray[np.float64]
    characters: NDArray[np.float64]
    copies: NDArray[np.float64]
    run: NDArray[np.float64]


def recurrence(pieces: Pieces, weights: NDArray[np.int64] | None = None) -> Recurrence:
    """What comes again. Pieces without a letter (rulers, brackets) do not count; `weights` divide copies and runs."""
    if weights is None:
        weights = np.ones(len(pieces.hashes), np.int64)
    counted = pieces.has(kernel.HAS_LETTER)
    found = kernel.recurring(pieces.hashes, pieces.ends - pieces.starts, counted, weights, pieces.firsts)
    return Recurrence(*np.ascontiguousarray(found.T))


@cache
def _roles() -> NDArray[np.uint8]:
    found = np.zeros(SIZE, np.uint8)
    for characters, role in (
        (".!?", kernel.STOP),
        ("。！？｡", kernel.WIDE_STOP),
        ("=+*/^<>{}\\$0123456789", kernel.MATHS),
    ):
        found[[ord(character) for character in characters]] |= role
    return found
