"""Shingles: the word sequences of texts as sets of numbers, and how much two sets share."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Array
from app.curation.hashing import Hashes, combine, word_hashes
from app.curation.text import comparable, is_single, words

SINGLES_PER_WORD = 1.6
"""In scripts without spaces a sequence holds this many characters per word of its length."""


class Shingles:
    """Sets of many texts in one row: sorted distinct hashes and how many each text has."""

    def __init__(self, hashes: Hashes, counts: NDArray[np.int64]) -> None:
        self.hashes = hashes
        self.counts = counts
        self._ends = np.cumsum(counts)

    @classmethod
    def of(cls, texts: Sequence[str], size: int, ignore_numbers: bool = False) -> "Shingles":
        """A text shorter than `size` is one sequence; a text without words has none."""
        found = [words(comparable(text, ignore_numbers=ignore_numbers)) for text in texts]
        counts = np.fromiter(map(len, found), np.int64, len(found))
        flat = word_hashes(list(chain.from_iterable(found)))
        sizes = np.fromiter(
            (_size(text, each, size) for text, each in zip(texts, found, strict=True)), np.int64, len(found)
        )
        return cls._distinct(*_sequences(flat, counts, np.minimum(sizes, np.maximum(counts, 1))), len(found))

    @classmethod
    def _distinct(cls, owners: NDArray[np.int64], hashes: Hashes, texts: int) -> "Shingles":
        order = np.lexsort((hashes, owners))
        owners, hashes = owners[order], hashes[order]
        new = np.ones(len(hashes), np.bool_)
        new[1:] = (hashes[1:] != hashes[:-1]) | (owners[1:] != owners[:-1])
        return cls(hashes[new], np.bincount(owners[new], minlength=texts).astype(np.int64))

    def set(self, text: int) -> Hashes:
        """The sorted hashes of one text."""
        return self.hashes[self._ends[text] - self.counts[text] : self._ends[text]]

    def jaccard(self, pairs: NDArray[np.int64]) -> Array:
        """Shared sequences over all sequences, per pair; 0 where a text has none."""
        left, right = self.counts[pairs[:, 0]], self.counts[pairs[:, 1]]
        shared = np.fromiter((self._shared(one, other) for one, other in pairs.tolist()), np.int64, len(pairs))
        found: Array = shared / np.maximum(1, left + right - shared)
        return found

    def fingerprints(self) -> NDArray[np.uint32]:
        """Four numbers per text that two texts share only when their sets are equal; zeros for a text without words."""
        owners = np.repeat(np.arange(len(self.counts)), self.counts)
        sums = np.zeros((len(self.counts), 2), np.uint64)
        for place in range(2):
            np.add.at(sums[:, place], owners, _scrambled(self.hashes, place))
        sums[self.counts > 0, 0] |= np.uint64(1)
        return sums.view(np.uint32)

    def _shared(self, one: int, other: int) -> int:
        both = np.concatenate([self.set(one), self.set(other)])
        both.sort()
        return int(np.count_nonzero(both[1:] == both[:-1]))


def _size(text: str, found: Sequence[str], size: int) -> int:
    """Longer sequences where most words are single characters."""
    if text.isascii() or 2 * sum(map(is_single, found)) <= len(found):
        return size
    return round(size * SINGLES_PER_WORD)


def _sequences(flat: Hashes, counts: NDArray[np.int64], sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], Hashes]:
    """Owner and hash of every sequence; texts of equal sequence length are handled together."""
    firsts = np.cumsum(counts) - counts
    owners, hashes = [np.empty(0, np.int64)], [np.empty(0, np.uint64)]
    for size in np.unique(sizes[counts > 0]).tolist():
        texts = np.flatnonzero((sizes == size) & (counts > 0))
        many = counts[texts] - size + 1
        owner = np.repeat(texts, many)
        offset = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        owners.append(owner)
        hashes.append(combine(flat, firsts[owner] + offset, size))
    return np.concatenate(owners), np.concatenate(hashes)


def _scrambled(hashes: Hashes, place: int) -> Hashes:
    """Two independent mixes, so that their sums over a set collide as rarely as 128 random bits."""
    found = (hashes ^ np.uint64(0xA0761D6478BD642F + place)) * np.uint64(0xE7037ED1A0B428DB)
    found ^= found >> np.uint64(32)
    found *= np.uint64(0x8EBC6AF09C88C6E3)
    return found ^ (found >> np.uint64(29))
