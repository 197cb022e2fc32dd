"""Sentences, lines and paragraphs in UTF-8, and how often each comes again.

A sentence is what `app.curation.text.sentences` says it is. A line is its sentences, a paragraph its lines.
"""

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from app.curation.characters import LETTER, SIZE, SPACE
from app.curation.kernels.scanner import decode, mixed

HAS_LETTER, HAS_MATHS, ENDS_LINE, ENDS_PARAGRAPH, IS_ITEM, HAS_LINES = 1, 2, 4, 8, 16, 32
STOP, WIDE_STOP, MATHS = 1, 2, 4
_BASIS = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)
_NEWLINE = 10


@njit(cache=True, nogil=True)
def _begins_item(data: NDArray[np.uint8], at: int, last: int) -> bool:
    """Whether a list mark stands here: ``-``, ``*``, ``|``, ``•``, or up to three letters or digits and ``.``, ``)``, ``:``."""
    first = data[at]
    if first in (45, 42, 124):
        return True
    if first == 0xE2:
        return data[at + 1] == 0x80 and data[at + 2] == 0xA2
    at += first == 40
    for place in range(at, min(at + 4, last)):
        code = data[place]
        if code in (46, 41, 58):
            return place > at
        if not (48 <= code <= 57 or 65 <= code <= 90 or 97 <= code <= 122):
            return False
    return False


@njit(cache=True, nogil=True)
def sentences_all(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], classes: NDArray[np.uint8], roles: NDArray[np.uint8]
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64]]:
    """All sentences of all texts: hashes, starts, ends, flags, and the first sentence of each text."""
    texts = len(offsets) - 1
    most = (offsets[texts] - offsets[0]) // 2 + texts
    hashes, starts, ends = np.empty(most, np.uint64), np.empty(most, np.int64), np.empty(most, np.int64)
    flags, firsts = np.zeros(most, np.uint8), np.zeros(texts + 1, np.int64)
    count = 0
    for text in range(texts):
        first_of_text = count
        at, last = offsets[text], offsets[text + 1]
        inside, stopped, newlines = False, False, 0
        value, flag, end = _BASIS, np.uint8(0), at
        while at < last:
            here = at
            code = np.int64(data[at])
            if code < 128:
                at += 1
            else:
                code, at = decode(data, at)
            kind = np.int64(classes[code]) if code < SIZE else LETTER
            if kind & SPACE:
                if inside and (stopped or code == _NEWLINE):
                    hashes[count], ends[count], flags[count] = mixed(value), end, flag
                    count += 1
                    inside = False
                if code == _NEWLINE:
                    newlines += 1
                stopped = False
                continue
            if not inside:
                if newlines and count > first_of_text:
                    flags[count - 1] |= ENDS_LINE | (ENDS_PARAGRAPH if newlines > 1 else 0)
                starts[count] = here
                inside, newlines, value = True, 0, _BASIS
                flag = np.uint8(IS_ITEM if _begins_item(data, here, last) else 0)
            elif here > end:
                value = (value ^ uint64(32)) * _PRIME
            value = (value ^ uint64(code)) * _PRIME
            end = at
            role = np.int64(roles[code]) if code < SIZE else 0
            flag |= np.uint8((HAS_LETTER if kind & LETTER else 0) | (HAS_MATHS if role & MATHS else 0))
            stopped = role & STOP != 0
            if role & WIDE_STOP:
                hashes[count], ends[count], flags[count] = mixed(value), end, flag
                count += 1
                inside, stopped = False, False
        if inside:
            hashes[count], ends[count], flags[count] = mixed(value), end, flag
            count += 1
        if count > first_of_text:
            flags[count - 1] |= ENDS_LINE | ENDS_PARAGRAPH
        firsts[text + 1] = count
    return hashes[:count].copy(), starts[:count].copy(), ends[:count].copy(), flags[:count].copy(), firsts


@njit(cache=True, nogil=True)
def joined(
    hashes: NDArray[np.uint64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    flags: NDArray[np.uint8],
    firsts: NDArray[np.int64],
    boundary: int,
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64]]:
    """Sentences put together to lines or paragraphs, which end where a flag holds `boundary`. Same form as sentences."""
    whole = np.empty_like(hashes)
    begin, finish = np.empty_like(starts), np.empty_like(ends)
    marks, owned = np.empty_like(flags), np.zeros_like(firsts)
    count, value, flag, start, lines = 0, _BASIS, np.uint8(0), np.int64(0), 0
    for text in range(len(firsts) - 1):
        fresh = True
        for at in range(firsts[text], firsts[text + 1]):
            if fresh:
                value, flag, start, lines, fresh = _BASIS, np.uint8(0), starts[at], 0, False
            value = mixed((value ^ hashes[at]) * _PRIME)
            flag |= flags[at]
            lines += flags[at] & ENDS_LINE != 0
            if flags[at] & boundary:
                whole[count], begin[count], finish[count], marks[count] = value, start, ends[at], flag
                marks[count] |= np.uint8(HAS_LINES if lines > 1 else 0)
                count += 1
                fresh = True
        owned[text + 1] = count
    return whole[:count].copy(), begin[:count].copy(), finish[:count].copy(), marks[:count].copy(), owned


@njit(cache=True, nogil=True)
def recurring(
    hashes: NDArray[np.uint64],
    lengths: NDArray[np.int64],
    counted: NDArray[np.bool_],
    weights: NDArray[np.int64],
    firsts: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Per text, of the pieces that are counted: share that came before, share of characters in them, most copies of
    one piece, longest run of one piece; copies and runs in a row are divided by the piece's weight, at least 1.
    """
    found = np.zeros((len(firsts) - 1, 4), np.float64)
    most = 0
    for text in range(len(firsts) - 1):
        most = max(most, firsts[text + 1] - firsts[text])
    size = 4
    while size < 2 * most:
        size *= 2
    slots, copies = np.full(size, -1, np.int64), np.zeros(size, np.int64)
    for text in range(len(firsts) - 1):
        first, last = firsts[text], firsts[text + 1]
        span = 4
        while span < 2 * (last - first):
            span *= 2
        slots[:span] = -1
        pieces, again, characters, again_characters = 0, 0, 0, 0
        copied, longest, run, before = 1, 1, 0, np.int64(-1)
        for at in range(first, last):
            if not counted[at]:
                before = -1
                continue
            pieces += 1
            characters += lengths[at]
            slot = np.int64(hashes[at] & uint64(span - 1))
            while slots[slot] >= 0 and hashes[slots[slot]] != hashes[at]:
                slot = (slot + 1) & (span - 1)
            if slots[slot] < 0:
                slots[slot], copies[slot] = at, 1
            else:
                copies[slot] += 1
                again += 1
                again_characters += lengths[at]
                copied = max(copied, copies[slot] // weights[at])
            run = run + 1 if before >= 0 and hashes[before] == hashes[at] else 1
            longest = max(longest, run // weights[at])
            before = at
        if pieces:
            found[text, 0], found[text, 1] = again / pieces, again_characters / max(1, characters)
            found[text, 2], found[text, 3] = copied, longest
    return found
