"""Texts as sets of weighted words, and the centres of clusters of them; whole numbers alone, the same on every machine."""

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from app.curation.kernels.scanner import mixed

SHARE = 1024
"""The length of what a row adds to its centre."""


@njit(cache=True, nogil=True)
def distinct_buckets(
    hashes: NDArray[np.uint64],
    firsts: NDArray[np.int64],
    stamps: NDArray[np.int64],
    stamp: int,
    rows_with: NDArray[np.int64],
    found: NDArray[np.uint32],
) -> NDArray[np.int64]:
    """Write the bucket of each different word, text by text; returns how many each text has. Counts texts by bucket."""
    sizes, at, mask = np.zeros(len(firsts) - 1, np.int64), 0, uint64(len(stamps) - 1)
    for text in range(len(firsts) - 1):
        for word in hashes[firsts[text] : firsts[text + 1]]:
            bucket = np.int64(mixed(word) & mask)
            if stamps[bucket] != stamp + text:
                stamps[bucket] = stamp + text
                rows_with[bucket] += 1
                found[at] = bucket
                at += 1
                sizes[text] += 1
    return sizes


@njit(cache=True, nogil=True)
def nearest_centres(
    buckets: NDArray[np.uint32],
    firsts: NDArray[np.int64],
    rows: NDArray[np.int64],
    weights: NDArray[np.int32],
    centres: NDArray[np.int16],
) -> NDArray[np.int64]:
    """The centre that points most nearly where each of the rows does, the first on a tie. `centres` is bucket by centre."""
    found, products = np.empty(len(rows), np.int64), np.zeros(centres.shape[1], np.int32)
    for place in range(len(rows)):
        products[:] = 0
        for bucket in buckets[firsts[rows[place]] : firsts[rows[place] + 1]]:
            weight = weights[bucket]
            if weight:
                for centre in range(len(products)):
                    products[centre] += weight * centres[bucket, centre]
        found[place] = np.argmax(products)
    return found


@njit(cache=True, nogil=True)
def gathered(
    buckets: NDArray[np.uint32],
    firsts: NDArray[np.int64],
    rows: NDArray[np.int64],
    weights: NDArray[np.int32],
    of: NDArray[np.int64],
    sums: NDArray[np.int32],
) -> None:
    """Add each row, at the length `SHARE`, to the sum of its centre."""
    for place in range(len(rows)):
        words = buckets[firsts[rows[place]] : firsts[rows[place] + 1]]
        squares = 0
        for bucket in words:
            squares += weights[bucket] * weights[bucket]
        length = np.sqrt(np.float64(max(1, squares)))
        for bucket in words:
            sums[bucket, of[place]] += np.int32(np.rint(SHARE * weights[bucket] / length))
