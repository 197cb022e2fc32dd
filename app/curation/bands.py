"""Bands: rows of signatures that agree on a stretch of numbers are candidates for being similar."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from app.curation.deduplicator import Pairs, Signatures
from app.curation.hashing import combine

CHUNK = 1 << 16
LARGEST = 512
"""In a larger bucket a row meets this many others: half the bucket's first ones, half those just before it."""


def bands_for(threshold: float, permutations: int, recall: float) -> tuple[int, int]:
    """The widest bands (fewest false candidates) that still find a pair at the threshold with the wanted chance.

    A pair of similarity s matches in at least one of b bands of r numbers with probability 1 - (1 - s^r)^b.
    """
    for width in range(permutations, 0, -1):
        bands = permutations // width
        if 1 - (1 - threshold**width) ** bands >= recall:
            return bands, width
    return permutations, 1


def matching_pairs(signatures: Signatures, rows: NDArray[np.int64], bands: int, width: int) -> Iterator[Pairs]:
    """Pairs (earlier, later) that agree on a band, in chunks. A pair is given by the first band it agrees on."""
    keys = np.stack([_keys(signatures, rows, band * width, width) for band in range(bands)])
    for band in range(bands):
        for places in _pairs_of_equal(keys[band]):
            new = ~(keys[:band, places[:, 0]] == keys[:band, places[:, 1]]).any(axis=0)
            if new.any():
                yield np.sort(rows[places[new]], axis=1)


def _keys(signatures: Signatures, rows: NDArray[np.int64], start: int, width: int) -> NDArray[np.uint64]:
    found = np.empty(len(rows), np.uint64)
    for first in range(0, len(rows), CHUNK):
        part = signatures[rows[first : first + CHUNK], start : start + width].astype(np.uint64).ravel()
        found[first : first + CHUNK] = combine(part, np.arange(0, len(part), width), width)
    return found


def _pairs_of_equal(keys: NDArray[np.uint64]) -> Iterator[Pairs]:
    """Pairs of places whose keys are equal: all pairs of a small bucket, a bounded number per row of a large one."""
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], keys[order[1:]] != keys[order[:-1]]]))
    sizes = np.diff(np.append(starts, len(order)))
    for size in np.unique(sizes[sizes > 1]).tolist():
        if size <= LARGEST:
            yield from _small(order, starts[sizes == size], size)
            continue
        for start in starts[sizes == size].tolist():
            yield from _large(order[start : start + size])


def _small(order: NDArray[np.int64], starts: NDArray[np.int64], size: int) -> Iterator[Pairs]:
    """All pairs within buckets of one size, many buckets at a time."""
    left, right = np.triu_indices(size, 1)
    step = max(1, CHUNK // len(left))
    for first in range(0, len(starts), step):
        some = starts[first : first + step, None]
        yield np.stack([order[some + left].ravel(), order[some + right].ravel()], axis=1)


def _large(bucket: NDArray[np.int64]) -> Iterator[Pairs]:
    """Each row with the bucket's first rows and with those just before it."""
    half = LARGEST // 2
    for place in range(1, len(bucket)):
        others = np.concatenate([bucket[: min(half, place)], bucket[max(half, place - half) : place]])
        yield np.stack([others, np.full(len(others), bucket[place])], axis=1)
