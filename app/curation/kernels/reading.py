"""What makes a text easy or hard to read, counted word by word."""

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from app.curation.kernels.scanner import mixed

LONG_WORD = 6
_VOWELS = np.zeros(256, np.bool_)
_VOWELS[list(b"aeiouyAEIOUY")] = True
_BASIS = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)


@njit(cache=True, nogil=True)
def word_counts(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    firsts: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Per text: characters in words, words of more than `LONG_WORD` characters, English syllables, distinct words.

    A syllable is a group of vowels, a final e without another vowel group left out; every word has one at least.
    """
    found = np.zeros((len(firsts) - 1, 4), np.int64)
    most = 0
    for text in range(len(found)):
        most = max(most, firsts[text + 1] - firsts[text])
    size = 4
    while size < 2 * most:
        size *= 2
    slots = np.empty(size, np.uint64)
    for text in range(len(found)):
        span = 4
        while span < 2 * (firsts[text + 1] - firsts[text]):
            span *= 2
        slots[:span] = 0
        characters, long, syllables, distinct = 0, 0, 0, 0
        for word in range(firsts[text], firsts[text + 1]):
            length, groups, vowel = 0, 0, False
            for at in range(starts[word], ends[word]):
                byte = data[at]
                length += byte & 0xC0 != 0x80
                before, vowel = vowel, _VOWELS[byte]
                groups += vowel and not before
            if groups > 1 and data[ends[word] - 1] | 0x20 == 101 and not _VOWELS[data[ends[word] - 2]]:
                groups -= 1
            characters += length
            long += length > LONG_WORD
            syllables += max(1, groups)
            key = hashes[word] | uint64(1)
            slot = np.int64((key >> uint64(1)) & uint64(span - 1))
            while slots[slot] != 0 and slots[slot] != key:
                slot = (slot + 1) & (span - 1)
            distinct += slots[slot] == 0
            slots[slot] = key
        found[text, 0], found[text, 1], found[text, 2], found[text, 3] = characters, long, syllables, distinct
    return found


@njit(cache=True, nogil=True)
def word_keys(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], characters: int
) -> NDArray[np.uint64]:
    """A number for the first few bytes of each word, ASCII letters in lower case; 0 for words of fewer than four bytes.

    A character of a script without spaces has three bytes and counts.
    """
    keys = np.zeros(len(starts), np.uint64)
    for word in range(len(starts)):
        first, last = starts[word], ends[word]
        if last - first < 4 and data[first] < 128:
            continue
        key = _BASIS
        for at in range(first, min(last, first + characters)):
            byte = data[at]
            key = (key ^ uint64(byte | 0x20 if 65 <= byte <= 90 else byte)) * _PRIME
        keys[word] = mixed(key) | uint64(1)
    return keys


@njit(cache=True, nogil=True)
def share_found(
    asked: NDArray[np.uint64],
    asked_firsts: NDArray[np.int64],
    said: NDArray[np.uint64],
    said_firsts: NDArray[np.int64],
    ignored: NDArray[np.uint64],
) -> NDArray[np.float64]:
    """Per pair of texts the share of the first one's distinct keys that the second one has; NaN without any key.

    Keys that are 0 or `ignored` (sorted) do not count.
    """
    pairs = len(asked_firsts) - 1
    found = np.full(pairs, np.nan)
    most = 0
    for pair in range(pairs):
        many = asked_firsts[pair + 1] - asked_firsts[pair]
        most = max(most, many)
    size = 4
    while size < 2 * most:
        size *= 2
    slots, met = np.empty(size, np.uint64), np.empty(size, np.bool_)
    for pair in range(pairs):
        span = 4
        while span < 2 * (asked_firsts[pair + 1] - asked_firsts[pair]):
            span *= 2
        slots[:span] = 0
        distinct, shared = 0, 0
        for word in range(asked_firsts[pair], asked_firsts[pair + 1]):
            key = asked[word]
            if key == 0:
                continue
            place = np.searchsorted(ignored, key)
            if place < len(ignored) and ignored[place] == key:
                continue
            slot = np.int64((key >> uint64(1)) & uint64(span - 1))
            while slots[slot] != 0 and slots[slot] != key:
                slot = (slot + 1) & (span - 1)
            if slots[slot] == 0:
                slots[slot], met[slot] = key, False
                distinct += 1
        if not distinct:
            continue
        for word in range(said_firsts[pair], said_firsts[pair + 1]):
            key = said[word]
            if key == 0:
                continue
            slot = np.int64((key >> uint64(1)) & uint64(span - 1))
            while slots[slot] != 0 and slots[slot] != key:
                slot = (slot + 1) & (span - 1)
            if slots[slot] == key and not met[slot]:
                met[slot] = True
                shared += 1
        found[pair] = shared / distinct
    return found


@njit(cache=True, nogil=True)
def digits_and_breaks(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Per text how many ASCII digits and how many line feeds it has."""
    found = np.zeros((len(offsets) - 1, 2), np.int64)
    for text in range(len(found)):
        digits, breaks = 0, 0
        for at in range(offsets[text], offsets[text + 1]):
            digits += 48 <= data[at] <= 57
            breaks += data[at] == 10
        found[text, 0], found[text, 1] = digits, breaks
    return found
