"""The most similar of many sets for each of some, found through the hashes that they share."""

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

COMMON = 256
"""A hash that more of the sets hold leads to none of them; what is shared of such hashes is still counted."""


@njit(cache=True, nogil=True)
def nearest_of(
    keys: NDArray[np.uint64],
    ends: NDArray[np.int64],
    owners: NDArray[np.int32],
    sizes: NDArray[np.int64],
    common: NDArray[np.int32],
    common_ends: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    firsts: NDArray[np.int64],
    first_row: int,
    shares: NDArray[np.float64],
    rows: NDArray[np.int64],
) -> None:
    """Let each wanted set know of the sets in `hashes` (numbered from `first_row`): the best share and its row.

    `keys` (ascending) are the hashes of the wanted sets, ``owners[ends[k]:ends[k + 1]]`` who holds each; of those
    that are `COMMON` each wanted set has a list, ascending: ``common[common_ends[s]:common_ends[s + 1]]``.
    """
    bits = 64
    while bits < 16 * len(keys):
        bits *= 2
    seen = np.zeros(bits, np.bool_)
    for key in keys:
        seen[key & uint64(bits - 1)] = True
    counts, touched = np.zeros(len(sizes), np.int32), np.empty(len(sizes), np.int32)
    mine = np.empty(4096, np.int32)
    for place in range(len(firsts) - 1):
        many, frequent, size = 0, 0, firsts[place + 1] - firsts[place]
        for at in range(firsts[place], firsts[place + 1]):
            value = hashes[at]
            if not seen[value & uint64(bits - 1)]:
                continue
            key = np.searchsorted(keys, value)
            if key == len(keys) or keys[key] != value:
                continue
            if ends[key + 1] - ends[key] > COMMON:
                if frequent < len(mine):
                    mine[frequent] = key
                    frequent += 1
                continue
            for owner in owners[ends[key] : ends[key + 1]]:
                if not counts[owner]:
                    touched[many] = owner
                    many += 1
                counts[owner] += 1
        listed = np.sort(mine[:frequent])
        for owner in touched[:many]:
            shared, both = counts[owner], size + sizes[owner]
            counts[owner] = 0
            theirs = common[common_ends[owner] : common_ends[owner + 1]]
            most = shared + min(frequent, len(theirs))
            if most / (both - most) <= shares[owner]:
                continue
            shared += _shared(listed, theirs)
            share = shared / (both - shared)
            if share > shares[owner]:
                shares[owner], rows[owner] = share, first_row + place


@njit(cache=True, nogil=True)
def _shared(one: NDArray[np.int32], other: NDArray[np.int32]) -> int:
    """How many numbers two ascending lists have in common."""
    count, left, right = 0, 0, 0
    while left < len(one) and right < len(other):
        if one[left] == other[right]:
            count, left, right = count + 1, left + 1, right + 1
        elif one[left] < other[right]:
            left += 1
        else:
            right += 1
    return count
