"""Rows of signatures that agree: equal rows, rows that share a band, and rows that hang together through pairs."""

import numpy as np
from numba import njit, uint32, uint64
from numpy.typing import NDArray

from app.curation.kernels.scanner import mixed

LARGEST = 512
"""In a larger bucket a row meets this many others: half the bucket's first ones, half those just before it."""
_BASE = np.uint64(0x9E3779B97F4A7C15)
_ROW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@njit(cache=True, nogil=True)
def first_equal(rows: NDArray[np.uint32]) -> NDArray[np.int64]:
    """For each row of four numbers the index of the first row that equals it."""
    places = 8
    while places < 2 * len(rows):
        places *= 2
    table, found = np.full(places, -1, np.int64), np.empty(len(rows), np.int64)
    for row in range(len(rows)):
        key = mixed((uint64(rows[row, 0]) << _HALF | uint64(rows[row, 1])) + uint64(rows[row, 2]) * _BASE)
        slot = np.int64(key & uint64(places - 1))
        while table[slot] >= 0 and not _equal(rows[table[slot]], rows[row]):
            slot = (slot + 1) & (places - 1)
        if table[slot] < 0:
            table[slot] = row
        found[row] = table[slot]
    return found


@njit(cache=True, nogil=True, inline="always")
def _equal(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> bool:
    return bool(one[0] == other[0] and one[1] == other[1] and one[2] == other[2] and one[3] == other[3])


@njit(cache=True, nogil=True)
def band_keys(signatures: NDArray[np.uint32], rows: NDArray[np.int64], bands: int, width: int) -> NDArray[np.uint32]:
    """A number per row and band that two rows share when they agree on the band, and hardly ever otherwise."""
    keys = np.empty((len(rows), bands), np.uint32)
    for place in range(len(rows)):
        row = signatures[rows[place]]
        for band in range(bands):
            value = uint64(0)
            for column in range(band * width, (band + 1) * width):
                value = (value + uint64(row[column])) * _BASE
                value ^= value >> _HALF
            keys[place, band] = uint32(mixed(value) >> _HALF)
    return keys


@njit(cache=True, nogil=True)
def keyed_places(keys: NDArray[np.uint32], band: int, since: int) -> NDArray[np.uint64]:
    """Key and place in one number, to be sorted; places before `since` only where a later place may have the key."""
    bits = 64
    while since and bits < 64 * (len(keys) - since):
        bits *= 2
    seen = np.zeros(bits, np.bool_)
    for place in range(since, len(keys) if since else 0):
        seen[keys[place, band] & uint32(bits - 1)] = True
    found, count = np.empty(len(keys), np.uint64), 0
    for place in range(len(keys)):
        if place >= since or seen[keys[place, band] & uint32(bits - 1)]:
            found[count] = uint64(keys[place, band]) << _HALF | uint64(place)
            count += 1
    return found[:count]


@njit(cache=True, nogil=True)
def pairs_of_band(
    keyed: NDArray[np.uint64],
    at: int,
    start: int,
    band: int,
    keys: NDArray[np.uint32],
    ranks: NDArray[np.int32],
    signatures: NDArray[np.uint32],
    rows: NDArray[np.int64],
    permutations: int,
    least: int,
    since: int,
    pairs: NDArray[np.int64],
) -> tuple[int, int, int]:
    """Write pairs (earlier row, later row) of places with equal keys; goes on at `at`, in the bucket from `start`.

    Only pairs that no earlier band gave, whose later place is at least `since`, and whose signatures agree in `least`
    numbers or more. `ranks` remembers each place's rank in its bucket. Returns where it stopped because `pairs` is full
    (the end: all done), the bucket it was in, and how many pairs it wrote.
    """
    count = 0
    while at < len(keyed):
        if keyed[at] >> _HALF != keyed[start] >> _HALF:
            start = at
        if count + LARGEST > len(pairs):
            break
        later = np.int64(keyed[at] & _ROW)
        ranks[later, band] = at - start
        place = start if later >= since else at
        while place < at:
            if place == start + LARGEST // 2:
                place = max(place, at - LARGEST // 2)
            earlier = np.int64(keyed[place] & _ROW)
            if not _met(keys, ranks, int(earlier), int(later), band):
                one, other = signatures[rows[earlier]], signatures[rows[later]]
                if _agreement(one, other, permutations) >= least:
                    pairs[count, 0], pairs[count, 1] = rows[earlier], rows[later]
                    count += 1
            place += 1
        at += 1
    return at, start, count


@njit(cache=True, nogil=True, inline="always")
def _met(keys: NDArray[np.uint32], ranks: NDArray[np.int32], one: int, other: int, band: int) -> bool:
    """Whether an earlier band gave the pair: the same key, and not too far apart in a large bucket."""
    for before in range(band):
        if keys[one, before] == keys[other, before]:
            rank = ranks[one, before]
            if rank < LARGEST // 2 or ranks[other, before] - rank <= LARGEST // 2:
                return True
    return False


@njit(cache=True, nogil=True)
def _agreement(one: NDArray[np.uint32], other: NDArray[np.uint32], permutations: int) -> int:
    """In how many numbers two signatures agree."""
    count = 0
    for permutation in range(permutations):
        count += one[permutation] == other[permutation]
    return count


@njit(cache=True, nogil=True)
def components(pairs: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
    """For each row the first row that hangs together with it through pairs."""
    parent = np.arange(rows)
    for place in range(len(pairs)):
        one, other = _root(parent, pairs[place, 0]), _root(parent, pairs[place, 1])
        if one != other:
            parent[max(one, other)] = min(one, other)
    for row in range(rows):
        parent[row] = parent[parent[row]]
    return parent


@njit(cache=True, nogil=True)
def _root(parent: NDArray[np.int64], row: int) -> int:
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row
