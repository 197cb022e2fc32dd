"""Rows chosen to a budget by quality and diversity: an even share for every topic, and of each topic the best.

1. A row is the set of its words, hashed (Weinberger et al. 2009, arXiv:0902.2206) and weighted by how rare each is: the
   whole part of log2(rows / rows with it), at most 10. Words of a single row say nothing.
2. Topics are clusters: spherical k-means (Dhillon and Modha 2001) on a seeded sample of rows, sqrt(rows / 2) clusters as
   in "Clustering and Ranking" (Ge et al. 2024, arXiv:2402.18191), at most 512; then every row goes to its nearest centre.
3. The budget is poured over the clusters like water: each gives as many rows as every other, a smaller one all it has.
   In a cluster the rows with the higher score come first.

Of DEITA (Liu et al. 2023, arXiv:2312.15685) it has the aim, good and unlike one another under a budget, and the order, best
first. What differs: no language model rates complexity or quality (the score is the caller's; Winnow's is made of features that
can be checked), and rows are not compared with all chosen before, which takes the square of the budget. Near-duplicates
are removed before, by the recipe. All sums are of whole numbers, so every machine chooses the same rows.
"""

from math import isqrt
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Array
from app.curation.kernels.topics import distinct_buckets, gathered, nearest_centres
from app.curation.releasing.splitting import Flags, Rows, drawn
from app.curation.texts import Texts
from app.curation.words import Words

BUCKETS = 1 << 15
HEAVIEST = 10
MOST_CLUSTERS = 512
SAMPLED, ROUNDS = 20_000, 8
LENGTH = 1 << 14
"""Of a centre; its parts are whole numbers."""

Sums = NDArray[np.int32]
Centres = NDArray[np.int16]


class Topics:
    """Rows, added page by page; the words are in a file, so that memory holds a few numbers a row."""

    def __init__(self) -> None:
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed with this object
        self._sizes: list[Rows] = []
        self._rows_with = np.zeros(BUCKETS, np.int64)
        self._stamps = np.full(BUCKETS, -1, np.int64)
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._rows

    def add(self, texts: Texts) -> None:
        """Some more rows."""
        words = Words.compared(texts)
        found = np.empty(len(words.hashes), np.uint32)
        sizes = distinct_buckets(words.hashes, words.firsts, self._stamps, self._rows, self._rows_with, found)
        self._file.write(found[: sizes.sum()].tobytes())
        self._sizes.append(sizes)
        self._rows += len(texts)

    def clusters(self, most: int = MOST_CLUSTERS, seed: int = 0) -> Rows:
        """The cluster of each row."""
        words = self._words()
        order = np.argsort(drawn(np.arange(len(self), dtype=np.uint64), seed))[:SAMPLED]
        many = max(1, min(most, isqrt(len(self) // 2), len(order)))
        centres = _centre(_summed(words, order[:many], np.arange(many), many))
        for _ in range(ROUNDS):
            of = nearest_centres(words.buckets, words.firsts, order, words.weights, centres)
            sums = _summed(words, order, of, many)
            centres = np.where(sums.any(axis=0), _centre(sums), centres)
        return nearest_centres(words.buckets, words.firsts, np.arange(len(self)), words.weights, centres)

    def _words(self) -> "_Words":
        self._file.flush()
        many = self._file.tell() // 4
        buckets: NDArray[Any] = np.asarray(np.memmap(self._file, np.uint32, "r+")) if many else np.empty(0, np.uint32)
        rare = np.frexp(self._rows // np.maximum(1, self._rows_with))[1] - 1
        weights = np.where(self._rows_with > 1, np.clip(rare, 0, HEAVIEST), 0).astype(np.int32)
        sizes = np.concatenate([np.empty(0, np.int64), *self._sizes])
        return _Words(buckets, np.concatenate([[0], np.cumsum(sizes)]), weights)


class _Words(NamedTuple):
    buckets: NDArray[np.uint32]
    firsts: Rows
    weights: NDArray[np.int32]


def _summed(words: _Words, rows: Rows, of: Rows, many: int) -> Sums:
    sums = np.zeros((BUCKETS, many), np.int32)
    gathered(words.buckets, words.firsts, rows, words.weights, of, sums)
    return sums


def _centre(sums: Sums) -> Centres:
    """The sums at one length. Squares are added as whole numbers, so that their order does not matter."""
    squares = np.zeros(sums.shape[1], np.int64)
    for some in np.array_split(sums, 32):
        squares += (some.astype(np.int64) ** 2).sum(0)
    scale = LENGTH / np.sqrt(np.maximum(1, squares).astype(np.float64))
    return np.concatenate([np.rint(some * scale).astype(np.int16) for some in np.array_split(sums, 32)])


def choose(clusters: Rows, scores: Array, budget: int, seed: int = 0, first: Flags | None = None) -> Flags:
    """So many rows, those that are `first` in any case. A score that is unknown (NaN) counts as the lowest."""
    chosen = np.zeros(len(clusters), np.bool_) if first is None else first.copy()
    rest = np.flatnonzero(~chosen)
    known = np.where(np.isnan(scores), -np.inf, scores)[rest]
    chance = drawn(rest.astype(np.uint64), seed)
    order = np.lexsort((chance, -known, clusters[rest]))
    of = clusters[rest][order]
    starts = np.flatnonzero(np.r_[True, of[1:] != of[:-1]]) if len(of) else np.empty(0, np.int64)
    rank = np.arange(len(of)) - np.repeat(starts, np.diff(np.r_[starts, len(of)]))
    poured = np.lexsort((chance[order], -known[order], rank))[: max(0, budget - int(chosen.sum()))]
    chosen[rest[order[poured]]] = True
    return chosen
