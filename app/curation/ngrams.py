"""Word sequences of a whole batch as flat arrays: no loop over words in Python."""

from collections.abc import Sequence
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Array
from app.curation.hashing import combine, word_hashes


class Tokens:
    """The words of many texts in one row: hash, length in characters and owner of each."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        flat = list(chain.from_iterable(texts))
        self.counts = np.fromiter(map(len, texts), np.int64, len(texts))
        self.hashes = word_hashes(flat)
        self.lengths = np.fromiter(map(len, flat), np.int64, len(flat))
        self.owners = np.repeat(np.arange(len(texts)), self.counts)

    @cached_property
    def characters(self) -> NDArray[np.int64]:
        """Characters in words, per text, at least 1."""
        return np.maximum(1, np.bincount(self.owners, self.lengths, len(self.counts)).astype(np.int64))

    def starts(self, n: int) -> NDArray[np.int64]:
        """Where a sequence of n words begins that ends in the same text."""
        if len(self.owners) < n:
            return np.empty(0, np.int64)
        return np.flatnonzero(self.owners[: len(self.owners) - n + 1] == self.owners[n - 1 :])

    def sequences(self, n: int) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Starts of all sequences and a key that two of them share when text and words are equal."""
        starts = self.starts(n)
        owner = (self.owners[starts].astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        return starts, combine(self.hashes, starts, n) ^ owner

    def spans(self, starts: NDArray[np.int64], n: int) -> NDArray[np.int64]:
        """Characters in the n words from each start."""
        ends: NDArray[np.int64] = np.concatenate([[0], np.cumsum(self.lengths)])
        characters: NDArray[np.int64] = ends[starts + n] - ends[starts]
        return characters


def top_share(tokens: Tokens, n: int) -> Array:
    """Characters in all copies of the sequence that covers most, as a share; 0 where none comes twice."""
    starts, keys = tokens.sequences(n)
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    again = counts > 1
    covered = tokens.spans(starts[first[again]], n) * counts[again]
    best = np.zeros(len(tokens.counts), np.int64)
    np.maximum.at(best, tokens.owners[starts[first[again]]], covered)
    return np.minimum(1.0, best / tokens.characters)


def repeated_share(tokens: Tokens, n: int) -> Array:
    """Characters in words that lie in a second or later copy of a sequence, each word once, as a share."""
    starts, keys = tokens.sequences(n)
    _, first = np.unique(keys, return_index=True)
    later = np.ones(len(starts), np.bool_)
    later[first] = False
    edges = np.zeros(len(tokens.owners) + 1, np.int64)
    np.add.at(edges, starts[later], 1)
    np.add.at(edges, starts[later] + n, -1)
    covered = tokens.lengths * (np.cumsum(edges[:-1]) > 0)
    return np.bincount(tokens.owners, covered, len(tokens.counts)) / tokens.characters
