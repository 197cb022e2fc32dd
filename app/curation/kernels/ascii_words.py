"""Words in texts that are mostly ASCII, eight bytes at a time: the same words and hashes as `scanner.scan`, faster.

Every byte is classified by arithmetic on eight at once, giving one bit per byte; words are the runs of ones. Stretches
around other characters are left to `scan`.
"""

import numpy as np
from numba import njit, uint64
from numba.cpython.unsafe.numbers import trailing_zeros
from numpy.typing import NDArray

from app.curation.kernels.scanner import SEED, mixed, scan, stirred

_HIGH = np.uint64(0x8080808080808080)
_EACH = np.uint64(0x0101010101010101)
_GATHER = np.uint64(0x0002040810204081)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_ONE = np.uint64(1)


@njit(cache=True, nogil=True)
def room(longest: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64]]:
    """Scratch for texts of up to so many bytes: the bytes, a bit per byte in words, a bit per byte that ends words."""
    blocks = longest // 64 + 2
    return np.zeros(8 * blocks, np.uint64), np.zeros(blocks, np.uint64), np.zeros(blocks, np.uint64)


@njit(cache=True, nogil=True)
def scan_text(
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
    letters: NDArray[np.uint64],
    words: NDArray[np.uint64],
    gaps: NDArray[np.uint64],
) -> tuple[int, int]:
    """As `scan`, with scratch from `room`."""
    if join_digits:
        return scan(data, first, last, classes, folded, join_digits, hashes, starts, ends, count)
    size = last - first
    is_ascii = _classify(data, first, size, folded[ord("A")] == ord("a"), letters, words, gaps)
    if is_ascii:
        return _words_between(0, size, first, letters, words, hashes, starts, ends, count), 0
    at, singles = 0, 0
    while at < size:
        begin, end = _strange_stretch(data, first, at, size, gaps)
        count = _words_between(at, begin, first, letters, words, hashes, starts, ends, count)
        if begin < end:
            count, some = scan(data, first + begin, first + end, classes, folded, False, hashes, starts, ends, count)
            singles += some
            if count < 0:
                return -1, 0
        at = end
    return count, singles


@njit(cache=True, nogil=True)
def scan_all(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    classes: NDArray[np.uint8],
    folded: NDArray[np.int32],
    ignore_numbers: bool,
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """All words of all texts: hashes, starts, ends, the first word of each text, singles per text."""
    texts = len(offsets) - 1
    most = (offsets[texts] - offsets[0]) // 2 + texts
    hashes, starts, ends = np.empty(most, np.uint64), np.empty(most, np.int64), np.empty(most, np.int64)
    firsts, singles = np.zeros(texts + 1, np.int64), np.zeros(texts, np.int64)
    longest = 0
    for text in range(texts):
        longest = max(longest, offsets[text + 1] - offsets[text])
    letters, words, gaps = room(longest)
    count = 0
    for text in range(texts):
        first, last = offsets[text], offsets[text + 1]
        count, singles[text] = scan_text(
            data, first, last, classes, folded, ignore_numbers, hashes, starts, ends, count, letters, words, gaps
        )
        firsts[text + 1] = count
    return hashes[:count], starts[:count], ends[:count], firsts, singles


@njit(cache=True, nogil=True)
def _classify(
    data: NDArray[np.uint8],
    first: int,
    size: int,
    lower: bool,
    letters: NDArray[np.uint64],
    words: NDArray[np.uint64],
    gaps: NDArray[np.uint64],
) -> bool:
    """Fill the scratch; returns whether all bytes are ASCII. Zero bytes behind the text end its last word."""
    blocks = size // 64 + 1
    raw = letters.view(np.uint8)
    raw[:size] = data[first : first + size]
    raw[size : 64 * (blocks + 1)] = 0
    strange, before = uint64(0), uint64(0)
    for block in range(blocks):
        inside, quotes, other = uint64(0), uint64(0), uint64(0)
        for part in range(8):
            eight = letters[8 * block + part]
            beyond = eight & _HIGH
            eight &= ~_HIGH
            small = eight | uint64(0x20) * _EACH
            alphabetic = (small + uint64(0x1F) * _EACH) & ~(small + uint64(0x05) * _EACH)
            digit = (eight + uint64(0x50) * _EACH) & ~(eight + uint64(0x46) * _EACH)
            line = _HIGH - (eight ^ (uint64(0x5F) * _EACH))
            quote = (_HIGH - (eight ^ (uint64(0x27) * _EACH))) & _HIGH & ~beyond
            member = (alphabetic | digit | line) & _HIGH & ~beyond
            if lower:
                letters[8 * block + part] = eight | beyond | ((alphabetic & member) >> uint64(2))
            place = uint64(8 * part)
            inside |= _bits(member) << place
            quotes |= _bits(quote) << place
            other |= _bits(beyond) << place
            strange |= beyond
        words[block], gaps[block] = inside, ~(inside | quotes | other)
        # An apostrophe belongs to the word when both its neighbours do; the next block's first byte is looked at there.
        follows = (quotes & (inside << _ONE | before >> uint64(63))) & (inside >> _ONE)
        words[block] |= follows
        if block and before >> uint64(63) == 0 and inside & _ONE:
            _join(data, first, block, words)
        before = words[block]
    words[blocks], gaps[blocks] = 0, _ALL
    return bool(strange == 0)


@njit(cache=True, nogil=True, inline="always")
def _bits(high: np.uint64) -> np.uint64:
    """The highest bits of eight bytes side by side."""
    return ((high >> uint64(7)) * _GATHER) >> uint64(49) & uint64(0xFF)


@njit(cache=True, nogil=True)
def _join(data: NDArray[np.uint8], first: int, block: int, words: NDArray[np.uint64]) -> None:
    """An apostrophe in a block's last byte, between a word before it and one behind it."""
    last = first + 64 * block - 1
    if data[last] == ord("'") and words[block - 1] >> uint64(62) & _ONE:
        words[block - 1] |= _ONE << uint64(63)


@njit(cache=True, nogil=True)
def _words_between(
    begin: int,
    end: int,
    first: int,
    letters: NDArray[np.uint64],
    words: NDArray[np.uint64],
    hashes: NDArray[np.uint64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    count: int,
) -> int:
    """The words of an ASCII stretch that no word crosses the ends of."""
    if begin >= end:
        return count
    block, last = begin >> 6, (end - 1) >> 6
    bits = words[block] & (_ALL << uint64(begin & 63))
    while True:
        if bits == 0:
            block += 1
            if block > last:
                return count
            bits = words[block]
            continue
        start = (block << 6) + np.int64(trailing_zeros(bits))  # type: ignore[call-arg]
        if start >= end:
            return count
        outside = ~words[block] & (_ALL << uint64(start & 63))
        while outside == 0:
            block += 1
            outside = ~words[block]
        stop = (block << 6) + np.int64(trailing_zeros(outside))
        bits = words[block] & (_ALL << uint64(stop & 63))
        hashes[count], starts[count], ends[count] = _hash(letters, start, stop), first + start, first + stop
        count += 1


@njit(cache=True, nogil=True, inline="always")
def _hash(letters: NDArray[np.uint64], start: int, stop: int) -> np.uint64:
    at, shift, left, value = start >> 3, uint64((start & 7) << 3), stop - start, SEED
    while left > 8:
        value = stirred(value ^ _eight(letters, at, shift))
        at, left = at + 1, left - 8
    return mixed(value ^ (_eight(letters, at, shift) & (_ALL >> uint64(64 - 8 * left))))


@njit(cache=True, nogil=True, inline="always")
def _eight(letters: NDArray[np.uint64], at: int, shift: np.uint64) -> np.uint64:
    found: np.uint64 = letters[at] >> shift | (letters[at + 1] << _ONE) << (uint64(63) - shift)
    return found


@njit(cache=True, nogil=True)
def _strange_stretch(
    data: NDArray[np.uint8], first: int, at: int, size: int, gaps: NDArray[np.uint64]
) -> tuple[int, int]:
    """The next bytes that hold other characters than ASCII, from an ASCII byte that ends words to the next such byte."""
    begin = at
    while begin < size and data[first + begin] < 128:
        begin += 1
    end = begin
    while end < size and not gaps[end >> 6] >> uint64(end & 63) & _ONE:
        end += 1
    while begin > at and not gaps[(begin - 1) >> 6] >> uint64((begin - 1) & 63) & _ONE:
        begin -= 1
    return begin, end
