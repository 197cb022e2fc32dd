"""Keys looked up in an open-addressing table: `slots` (a power of two, -1 where empty) holds places in `keys`."""

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from app.curation.kernels.scanner import decode, mixed

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_BASIS, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_APOSTROPHE, _TYPOGRAPHIC = 0x27, 0x2019


@njit(cache=True, nogil=True)
def slots_of(keys: NDArray[np.uint64]) -> NDArray[np.int32]:
    """A table of distinct keys, at most half full."""
    size = 2
    while size < 2 * len(keys):
        size *= 2
    slots = np.full(size, -1, np.int32)
    for place in range(len(keys)):
        slot = keys[place] & uint64(size - 1)
        while slots[slot] >= 0:
            slot = (slot + uint64(1)) & uint64(size - 1)
        slots[slot] = place
    return slots


@njit(cache=True, nogil=True, inline="always")
def place_of(key: np.uint64, slots: NDArray[np.int32], keys: NDArray[np.uint64]) -> int:
    """Where the key stands in `keys`; -1 where it does not."""
    mask = uint64(len(slots) - 1)
    slot = key & mask
    while slots[slot] >= 0:
        if keys[slots[slot]] == key:
            return np.int64(slots[slot])
        slot = (slot + uint64(1)) & mask
    return -1


@njit(cache=True, nogil=True, inline="always")
def one_way(value: np.uint64) -> np.uint64:
    """A hash from which the value cannot be computed back, as it could from a bijection."""
    return mixed(value) ^ value


@njit(cache=True, nogil=True)
def sequence_keys(words: NDArray[np.uint64], first: int, last: int, n: int, found: NDArray[np.uint64]) -> int:
    """Write a key for every n words in a row of words[first:last] to `found`, order included; returns how many."""
    leaving = uint64(1)
    for _ in range(n):
        leaving *= _MULTIPLIER
    value, count = uint64(0), 0
    for at in range(first, last):
        value = value * _MULTIPLIER + words[at]
        if at >= first + n:
            value -= leaving * words[at - n]
        if at >= first + n - 1:
            found[count] = one_way(value)
            count += 1
    return count


@njit(cache=True, nogil=True)
def known_sequences(
    words: NDArray[np.uint64],
    firsts: NDArray[np.int64],
    n: int,
    slots: NDArray[np.int32],
    keys: NDArray[np.uint64],
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Where in `words` n words begin that the table knows and lie in one text, and which: their places in `keys`."""
    starts, places = np.empty(len(words), np.int64), np.empty(len(words), np.int32)
    found = np.empty(np.max(np.diff(firsts)) if len(firsts) > 1 else 0, np.uint64)
    count = 0
    for text in range(len(firsts) - 1):
        for at in range(sequence_keys(words, firsts[text], firsts[text + 1], n, found)):
            place = place_of(found[at], slots, keys)
            if place >= 0:
                starts[count], places[count] = firsts[text] + at, place
                count += 1
    return starts[:count].copy(), places[:count].copy()


@njit(cache=True, nogil=True)
def all_sequences(
    words: NDArray[np.uint64], firsts: NDArray[np.int64], n: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The keys of all texts one after another, and where those of each text begin."""
    keys, places = np.empty(len(words), np.uint64), np.zeros(len(firsts), np.int64)
    for text in range(len(firsts) - 1):
        count = sequence_keys(words, firsts[text], firsts[text + 1], n, keys[places[text] :])
        places[text + 1] = places[text] + count
    return keys[: places[-1]].copy(), places


@njit(cache=True, nogil=True)
def squashed_keys(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    firsts: NDArray[np.int64],
    folded: NDArray[np.int32],
) -> NDArray[np.uint64]:
    """One key per text for all characters of its words, without what stands between them and without apostrophes."""
    found = np.zeros(len(firsts) - 1, np.uint64)
    for text in range(len(found)):
        value = _BASIS
        for word in range(firsts[text], firsts[text + 1]):
            at = starts[word]
            while at < ends[word]:
                code = np.int64(data[at])
                if code < 128:
                    at += 1
                else:
                    code, at = decode(data, at)
                if code < len(folded):
                    code = np.int64(folded[code])
                if code >= 0 and code != _APOSTROPHE and code != _TYPOGRAPHIC:
                    value = (value ^ uint64(code)) * _PRIME
        found[text] = one_way(value)
    return found
