"""Phrases found in many texts in one pass, whatever the case of their ASCII letters."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Codes = NDArray[np.uint32]
Places = NDArray[np.int64]


@njit(cache=True, nogil=True, inline="always")
def _lower(code: int) -> int:
    return code + 32 if 65 <= code <= 90 else code


class Phrases(NamedTuple):
    """Lower-case phrases in alphabetical order, as one row of `letters` with `offsets`; at most 63 of them.

    Those that begin with the ASCII character `c` have the numbers from ``by_letter[c]`` to before ``by_letter[c + 1]``.
    ``pairs[a, b]`` is true where one can begin with these two characters, in capitals too. `masks` are sets of phrases,
    as bits by number.
    """

    letters: Codes
    offsets: Places
    by_letter: Places
    pairs: NDArray[np.bool_]
    masks: Places


@njit(cache=True, nogil=True)
def _phrases_at(codes: Codes, at: int, hi: int, code: int, phrases: Phrases) -> int:
    letters, offsets, found = phrases.letters, phrases.offsets, 0
    for number in range(phrases.by_letter[code], phrases.by_letter[code + 1]):
        first, size = offsets[number], offsets[number + 1] - offsets[number]
        if at + size <= hi:
            same = 1
            while same < size and _lower(codes[at + same]) == letters[first + same]:
                same += 1
            found |= (same == size) << number
    return found


@njit(cache=True, nogil=True)
def find_phrases(codes: Codes, offsets: Places, phrases: Phrases) -> tuple[Places, Places]:
    """Where phrases stand in the texts, in order, and bits that say which."""
    places, kinds = np.empty(64, np.int64), np.empty(64, np.int64)
    pairs, count = phrases.pairs, 0
    for text in range(len(offsets) - 1):
        hi = offsets[text + 1]
        for at in range(offsets[text], hi):
            code = codes[at]
            if code >= 128 or not pairs[code, min(codes[at + 1], 127) if at + 1 < hi else 0]:
                continue
            bits = _phrases_at(codes, at, hi, _lower(code), phrases)
            if bits == 0:
                continue
            if count == len(places):
                places = np.concatenate((places, np.empty(count, np.int64)))
                kinds = np.concatenate((kinds, np.empty(count, np.int64)))
            places[count], kinds[count] = at, bits
            count += 1
    return places[:count], kinds[:count]


@njit(cache=True, nogil=True)
def bits_of_spans(starts: Places, ends: Places, places: Places, kinds: Places) -> Places:
    """Bits of the phrases that begin in each of the spans, which follow one another."""
    found, place = np.zeros(len(starts), np.int64), 0
    for span in range(len(starts)):
        while place < len(places) and places[place] < starts[span]:
            place += 1
        while place < len(places) and places[place] < ends[span]:
            found[span] |= kinds[place]
            place += 1
    return found
