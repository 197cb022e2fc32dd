"""Shingles: the word sequences of texts as sets of numbers, their signatures, and how much two sets share."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Array
from app.curation.characters import tables
from app.curation.hashing import Hashes
from app.curation.kernels.comparing import jaccard_of_pairs
from app.curation.kernels.signing import sets_of_all, sign_all
from app.curation.text import comparable
from app.curation.texts import Texts
from app.curation.words import foldable

SINGLES_PER_WORD = 1.6
"""In scripts without spaces a sequence holds this many characters per word of its length."""
SEED = 1
SCHEME = "affine32"
"""Pinned: signatures of another scheme or seed cannot be compared (datasketch changed its default in 2.0)."""
FINGERPRINT = 4
"""Numbers at the end of a signature that are equal only for equal sets."""


class Shingling(NamedTuple):
    """What a sequence is: so many words (of `comparable` text), numbers as they are or all as one.

    A text of fewer words is one sequence. A text mostly in scripts without spaces is cut into characters instead of
    words, `SINGLES_PER_WORD` times as many.
    """

    words: int = 5
    ignore_numbers: bool = False

    @property
    def singles(self) -> int:
        """Characters in a sequence of a text without spaces."""
        return round(self.words * SINGLES_PER_WORD)

    def signatures(self, texts: Texts, permutations: int) -> NDArray[np.uint32]:
        """One row per text: `permutations` minima as datasketch's MinHash has them, and the set's fingerprint."""
        rows = np.empty((len(texts), permutations + FINGERPRINT), np.uint32)
        settings = self.ignore_numbers, self.words, self.singles, *affine(permutations)
        left = sign_all(texts.data, texts.offsets, tables().classes, tables().folded, *settings, rows)
        if len(left):
            # What `comparable` wrote is its own folded form.
            others = Texts.of([comparable(texts[row]) for row in left.tolist()])
            filled = np.empty((len(left), rows.shape[1]), np.uint32)
            sign_all(others.data, others.offsets, tables().classes, tables().same, *settings, filled)
            rows[left] = filled
        return rows

    def sets(self, texts: Texts) -> "Shingles":
        """The distinct sequences of each text."""
        texts, folded = foldable(texts)
        places = texts.data, texts.offsets, tables().classes, folded
        return Shingles(*sets_of_all(*places, self.ignore_numbers, self.words, self.singles))


class Shingles(NamedTuple):
    """Sets of many texts in one row: set `s` is ``hashes[firsts[s]:firsts[s + 1]]``, distinct, in no order of value."""

    hashes: Hashes
    firsts: NDArray[np.int64]

    def set(self, text: int) -> Hashes:
        """The hashes of one text."""
        return self.hashes[self.firsts[text] : self.firsts[text + 1]]

    def jaccard(self, pairs: NDArray[np.int64], floor: float = 0.0) -> Array:
        """Shared sequences over all sequences, per pair; 0 where a text has none, or where it is surely below `floor`.

        Fastest with the pairs sorted by their left text.
        """
        return jaccard_of_pairs(self.hashes, self.firsts, pairs, floor)


@cache
def affine(permutations: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The multipliers and increments of ``datasketch.MinHash(permutations, seed=SEED, scheme=SCHEME)``.

    Drawn here as datasketch draws them: importing it imports SciPy, which takes seconds.
    """
    chance = np.random.RandomState(SEED)
    multipliers = chance.randint(0, 1 << 31, permutations, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return multipliers, chance.randint(0, 1 << 32, permutations, dtype=np.uint32)
