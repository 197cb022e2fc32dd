"""How much two sets share, for many pairs of sets."""

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def jaccard_of_pairs(
    hashes: NDArray[np.uint64], firsts: NDArray[np.int64], pairs: NDArray[np.int64], floor: float
) -> NDArray[np.float64]:
    """Shared hashes over all hashes, per pair of sets; 0 where a set is empty, and where it is surely below `floor`.

    Set `s` holds the distinct `hashes[firsts[s]:firsts[s + 1]]`. Pairs with the same left set should follow one another:
    it is put into a table once.
    """
    largest = 0
    for one in range(len(firsts) - 1):
        largest = max(largest, firsts[one + 1] - firsts[one])
    places = 8
    while places < 2 * largest:
        places *= 2
    slots, stamps = np.empty(places, np.uint64), np.zeros(places, np.int64)
    found, marked, mask = np.zeros(len(pairs), np.float64), -1, 0
    for pair in range(len(pairs)):
        left, right = pairs[pair, 0], pairs[pair, 1]
        if left != marked:
            mask = _mark(hashes[firsts[left] : firsts[left + 1]], slots, stamps, pair + 1)
            marked, stamp = left, pair + 1
        both = firsts[left + 1] - firsts[left] + firsts[right + 1] - firsts[right]
        others = hashes[firsts[right] : firsts[right + 1]]
        shared = _shared(others, slots, stamps, stamp, mask, len(others) - int(floor / (1 + floor) * both) + 1)
        found[pair] = shared / max(1, both - shared)
    return found


@njit(cache=True, nogil=True)
def _mark(hashes: NDArray[np.uint64], slots: NDArray[np.uint64], stamps: NDArray[np.int64], stamp: int) -> int:
    """Put the hashes into the table under the stamp; returns the mask of the places used."""
    places = 8
    while places < 2 * len(hashes):
        places *= 2
    for place in range(len(hashes)):
        slot = np.int64(hashes[place] & uint64(places - 1))
        while stamps[slot] == stamp:
            slot = (slot + 1) & (places - 1)
        slots[slot], stamps[slot] = hashes[place], stamp
    return places - 1


@njit(cache=True, nogil=True)
def _shared(
    hashes: NDArray[np.uint64],
    slots: NDArray[np.uint64],
    stamps: NDArray[np.int64],
    stamp: int,
    mask: int,
    most_missing: int,
) -> int:
    """How many of the hashes are in the table; 0 as soon as more than `most_missing` are not."""
    missing = 0
    for place in range(len(hashes)):
        slot = np.int64(hashes[place] & uint64(mask))
        while stamps[slot] == stamp and slots[slot] != hashes[place]:
            slot = (slot + 1) & mask
        missing += stamps[slot] != stamp
        if missing > most_missing:
            return 0
    return len(hashes) - missing
