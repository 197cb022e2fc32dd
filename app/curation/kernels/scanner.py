"""Words in UTF-8, one text at a time: the loop under everything that counts or compares words.

A word is what `app.curation.text.words` says it is; the tests hold the two together.
"""

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from app.curation.characters import COMPLEX, DIGIT, LAST_RARE, MARK, NOTHING, RARE, SINGLE, SIZE, WORD

SEED = np.uint64(0xCBF29CE484222325)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_WIDE = 0x800000
_APOSTROPHE, _TYPOGRAPHIC, _ZERO = 0x27, 0x2019, 0x30


@njit(cache=True, nogil=True, inline="always")
def mixed(value: np.uint64) -> np.uint64:
    """The MurmurHash3 64-bit finaliser."""
    value ^= value >> uint64(33)
    value *= uint64(0xFF51AFD7ED558CCD)
    value ^= value >> uint64(33)
    value *= uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> uint64(33))


@njit(cache=True, nogil=True, inline="always")
def stirred(value: np.uint64) -> np.uint64:
    """What becomes of a hash between eight bytes and the next."""
    value *= _MULTIPLIER
    return value ^ (value >> uint64(32))


@njit(cache=True, nogil=True, inline="always")
def taken(value: np.uint64, chunk: np.uint64, filled: int, code: int | np.int64) -> tuple[np.uint64, np.uint64, int]:
    """A word's hash with one more character: one byte for ASCII, else three, of which the last is above 127.

    `chunk` gathers bytes until `filled` says that its 64 bits are full.
    """
    if filled == 64:
        value, chunk, filled = stirred(value ^ chunk), uint64(0), 0
    if code < 128:
        return value, chunk | (uint64(code) << uint64(filled)), filled + 8
    wide = uint64(code | _WIDE)
    chunk |= wide << uint64(filled)
    if filled <= 40:
        return value, chunk, filled + 24
    return stirred(value ^ chunk), wide >> uint64(64 - filled), filled - 40


@njit(cache=True, nogil=True)
def decode(data: NDArray[np.uint8], at: int) -> tuple[int, int]:
    """The code point at a byte above 127, and where the next begins."""
    lead = np.int64(data[at])
    if lead < 0xE0:
        return ((lead & 0x1F) << 6) | (np.int64(data[at + 1]) & 0x3F), at + 2
    if lead < 0xF0:
        code = ((lead & 0x0F) << 12) | ((np.int64(data[at + 1]) & 0x3F) << 6) | (np.int64(data[at + 2]) & 0x3F)
        return code, at + 3
    code = ((lead & 0x07) << 18) | ((np.int64(data[at + 1]) & 0x3F) << 12)
    code |= ((np.int64(data[at + 2]) & 0x3F) << 6) | (np.int64(data[at + 3]) & 0x3F)
    return code, at + 4


@njit(cache=True, nogil=True)
def scan(
    data: NDArray[np.uint8],
    first: int,
    last: int,
    classes: NDArray[np.uint8],
    folded: NDArray[np.int32],
    join_digits: bool,
    hashes: NDArray[np.uint64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    count: int,
) -> tuple[int, int]:
    """Write the words of data[first:last] behind the first `count` ones.

    Returns the new count, or -1 where a character is `COMPLEX`, and how many words are a single character by script.
    The hash of a word is over its folded code points, eight bytes at a time, then mixed; `join_digits` reads every number
    as 0.
    """
    at, singles = first, 0
    inside, open_single, after_apostrophe, in_number = False, False, False, False
    value, chunk, filled = SEED, uint64(0), 0
    end = first
    plain = WORD | DIGIT if join_digits else WORD
    while at < last:
        # Nearly all bytes are taken by these two loops: ASCII within a word, and ASCII between words.
        if not inside:
            while at < last and data[at] < 128 and not classes[data[at]] & WORD:
                at += 1
        elif not open_single and not after_apostrophe and not in_number:
            while at < last and data[at] < 128 and classes[data[at]] & plain == WORD:
                value, chunk, filled = taken(value, chunk, filled, np.int64(folded[data[at]]))
                at += 1
                end = at
            if at < last and data[at] < 128 and data[at] != _APOSTROPHE and not classes[data[at]] & WORD:
                hashes[count] = mixed(value ^ chunk)
                ends[count] = end
                count += 1
                inside = False
                at += 1
                continue
        if at == last:
            break
        here = at
        code = np.int64(data[at])
        if code < 128:
            at += 1
        else:
            code, at = decode(data, at)
        if code < SIZE:
            code = np.int64(folded[code])
            if code < 0:
                if code == NOTHING:
                    continue
                return -1, 0
            kind = np.int64(classes[code])
        else:
            kind = RARE if code <= LAST_RARE else 0
        if inside:
            if kind & WORD and not kind & SINGLE and not open_single:
                if after_apostrophe:
                    value, chunk, filled = taken(value, chunk, filled, _APOSTROPHE)
                    after_apostrophe = False
                if join_digits and kind & DIGIT:
                    if not in_number:
                        value, chunk, filled = taken(value, chunk, filled, _ZERO)
                    in_number = True
                else:
                    value, chunk, filled = taken(value, chunk, filled, code)
                    in_number = False
                end = at
                continue
            if kind & MARK and not after_apostrophe:
                value, chunk, filled = taken(value, chunk, filled, code)
                in_number = False
                end = at
                continue
            if code in (_APOSTROPHE, _TYPOGRAPHIC) and not open_single and not after_apostrophe:
                after_apostrophe = True
                in_number = False
                continue
            hashes[count] = mixed(value ^ chunk)
            ends[count] = end
            count += 1
            inside = False
        if kind & WORD:
            inside, open_single, after_apostrophe = True, kind & SINGLE != 0, False
            singles += open_single
            starts[count] = here
            end = at
            in_number = join_digits and kind & DIGIT != 0
            value, chunk, filled = taken(SEED, uint64(0), 0, _ZERO if in_number else code)
    if inside:
        hashes[count] = mixed(value ^ chunk)
        ends[count] = end
        count += 1
    return count, singles


@njit(cache=True, nogil=True)
def complex_texts(data: NDArray[np.uint8], offsets: NDArray[np.int64], folded: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Where the tables do not suffice."""
    found = np.zeros(len(offsets) - 1, np.bool_)
    for text in range(len(found)):
        at, last = offsets[text], offsets[text + 1]
        while at < last:
            if data[at] < 128:
                at += 1
                continue
            code, at = decode(data, at)
            if code >= len(folded) or folded[code] == COMPLEX:
                found[text] = True
                break
    return found
