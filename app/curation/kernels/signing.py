"""Word sequences of one text at a time: their distinct hashes, and the smallest of each permutation.

Everything a text needs lies in a small scratch that stays in the cache; only the result is written out.
"""

import numpy as np
from numba import njit, uint32, uint64
from numpy.typing import NDArray

from app.curation.kernels.ascii_words import room, scan_text
from app.curation.kernels.scanner import mixed

_BASE = np.uint64(0x9E3779B97F4A7C15)
_SECOND = np.uint64(0xA0761D6478BD642F)
NONE = np.uint32(0xFFFFFFFF)
"""The minimum over no sequence."""


@njit(cache=True, nogil=True)
def distinct_sequences(
    words: NDArray[np.uint64],
    count: int,
    size: int,
    slots: NDArray[np.uint64],
    stamps: NDArray[np.uint32],
    stamp: int,
    found: NDArray[np.uint64],
) -> int:
    """Write the hash of every distinct sequence of `size` words, in order of appearance; returns how many there are.

    A sequence's hash is a polynomial in its word hashes, rolled from word to word and mixed. A text of fewer words is
    one sequence. `slots` is an open-addressing table, emptied by a new `stamp`, with a power of two of places.
    """
    size = min(size, count)
    if size == 0:
        return 0
    places = 8
    while places < 2 * (count - size + 1):
        places *= 2
    value, leaving, many = uint64(0), uint64(1), 0
    for place in range(size - 1):
        value = value * _BASE + words[place]
        leaving *= _BASE
    for last in range(size - 1, count):
        value = value * _BASE + words[last]
        key = mixed(value)
        slot = np.int64(key & uint64(places - 1))
        while stamps[slot] == stamp and slots[slot] != key:
            slot = (slot + 1) & (places - 1)
        if stamps[slot] != stamp:
            stamps[slot], slots[slot], found[many] = stamp, key, key
            many += 1
        value -= words[last - size + 1] * leaving
    return many


@njit(cache=True, nogil=True)
def minima(
    found: NDArray[np.uint64],
    many: int,
    multipliers: NDArray[np.uint32],
    increments: NDArray[np.uint32],
    premixed: NDArray[np.uint32],
    row: NDArray[np.uint32],
) -> None:
    """The smallest value of each permutation over the upper halves of the hashes, as datasketch's affine32 has it."""
    for place in range(many):
        value = uint32(found[place] >> uint64(32))
        value = uint32((value ^ (value >> uint32(16))) * uint32(0x85EBCA6B))
        value = uint32((value ^ (value >> uint32(13))) * uint32(0xC2B2AE35))
        premixed[place] = value ^ (value >> uint32(16))
    for permutation in range(len(multipliers)):
        multiplier, increment, least = multipliers[permutation], increments[permutation], NONE
        for place in range(many):
            least = min(least, uint32(premixed[place] * multiplier + increment))
        row[permutation] = least


@njit(cache=True, nogil=True)
def fingerprint(found: NDArray[np.uint64], many: int, row: NDArray[np.uint32]) -> None:
    """Four numbers that two sets share only when they are equal (128 bits); zeros for the empty set."""
    first, second = uint64(0), uint64(0)
    for place in range(many):
        first += found[place]
        second += mixed(found[place] ^ _SECOND)
    if many:
        first |= uint64(1)
    row[0], row[1] = uint32(first), uint32(first >> uint64(32))
    row[2], row[3] = uint32(second), uint32(second >> uint64(32))


@njit(cache=True, nogil=True)
def _scratch(offsets: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64], int]:
    longest = 0
    for text in range(len(offsets) - 1):
        longest = max(longest, offsets[text + 1] - offsets[text])
    most, places = longest // 2 + 1, 8
    while places < 2 * most:
        places *= 2
    return np.empty(most, np.uint64), np.empty(most, np.int64), np.empty(most, np.int64), places


@njit(cache=True, nogil=True)
def sign_all(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    classes: NDArray[np.uint8],
    folded: NDArray[np.int32],
    join_digits: bool,
    size: int,
    size_of_singles: int,
    multipliers: NDArray[np.uint32],
    increments: NDArray[np.uint32],
    rows: NDArray[np.uint32],
) -> NDArray[np.int64]:
    """Fill one row per text: a minimum per permutation, then the fingerprint of the set.

    Returns the texts with a character that the table cannot fold; their rows are not filled.
    """
    words, starts, ends, places = _scratch(offsets)
    found, premixed = np.empty(len(words), np.uint64), np.empty(len(words), np.uint32)
    slots, stamps = np.empty(places, np.uint64), np.zeros(places, np.uint32)
    letters, inside, gaps = room(2 * len(words))
    left, strange = np.empty(len(offsets) - 1, np.int64), 0
    for text in range(len(offsets) - 1):
        first, last = offsets[text], offsets[text + 1]
        count, singles = scan_text(
            data, first, last, classes, folded, join_digits, words, starts, ends, 0, letters, inside, gaps
        )
        if count < 0:
            left[strange] = text
            strange += 1
            continue
        length = size_of_singles if 2 * singles > count else size
        many = distinct_sequences(words, count, length, slots, stamps, text + 1, found)
        minima(found, many, multipliers, increments, premixed, rows[text])
        fingerprint(found, many, rows[text, len(multipliers) :])
    return left[:strange]


@njit(cache=True, nogil=True)
def sets_of_all(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    classes: NDArray[np.uint8],
    folded: NDArray[np.int32],
    join_digits: bool,
    size: int,
    size_of_singles: int,
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The distinct hashes of all texts one after another, and where each text's begin (texts + 1)."""
    words, starts, ends, places = _scratch(offsets)
    slots, stamps = np.empty(places, np.uint64), np.zeros(places, np.uint32)
    letters, inside, gaps = room(2 * len(words))
    texts = len(offsets) - 1
    found, firsts = np.empty((offsets[texts] - offsets[0]) // 2 + texts, np.uint64), np.zeros(texts + 1, np.int64)
    for text in range(texts):
        first, last = offsets[text], offsets[text + 1]
        count, singles = scan_text(
            data, first, last, classes, folded, join_digits, words, starts, ends, 0, letters, inside, gaps
        )
        length = size_of_singles if 2 * singles > count else size
        many = distinct_sequences(words, count, length, slots, stamps, text + 1, found[firsts[text] :])
        firsts[text + 1] = firsts[text] + many
    return found[: firsts[texts]].copy(), firsts
