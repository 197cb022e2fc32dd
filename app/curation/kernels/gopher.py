"""The counts of the Gopher rules, as datatrove 0.10 defines them, for many texts."""

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from app.curation.kernels.affixes import Classes, Codes
from app.curation.kernels.duplicates import (
    Hashes,
    Table,
    bits_for,
    duplicates,
    join_hashes,
    joined,
    lengthen,
    repeated,
    shared,
)
from app.curation.kernels.lines import ends_in_ellipsis, strip
from app.curation.kernels.polynomial import PRIME
from app.curation.kernels.tokenizer import LETTERED, SYMBOLIC

Places = NDArray[np.int64]
Matrix = NDArray[np.float64]
_HASH, _DOT, _ELLIPSIS, _BULLET, _HYPHEN, _NEWLINE = 0x23, 0x2E, 0x2026, 0x2022, 0x2D, 0x0A


@njit(cache=True, nogil=True)
def count_words(
    starts: Places, ends: Places, hashes: Hashes, flags: NDArray[np.uint8], firsts: Places, wanted: Hashes
) -> Matrix:
    """Per text: tokens that are not symbols alone, their mean length, the share with a letter, distinct wanted ones."""
    found = np.zeros((len(firsts) - 1, 4))
    for text in range(len(found)):
        words, characters, lettered, seen = 0, 0, 0, 0
        for token in range(firsts[text], firsts[text + 1]):
            if not flags[token] & SYMBOLIC:
                words += 1
                characters += ends[token] - starts[token]
            lettered += flags[token] & LETTERED != 0
            if ends[token] - starts[token] <= 4:
                for place in range(len(wanted)):
                    if hashes[token] == wanted[place]:
                        seen |= 1 << place
        found[text, 0] = words
        found[text, 1] = characters / words if words else np.nan
        found[text, 2] = lettered / max(1, firsts[text + 1] - firsts[text])
        while seen:
            found[text, 3] += seen & 1
            seen >>= 1
    return found


@njit(cache=True, nogil=True)
def count_signs(codes: Codes, offsets: Places) -> Matrix:
    """Per text: number signs, and ellipses (three dots, each dot counted once, or the sign for them)."""
    found = np.zeros((len(offsets) - 1, 2))
    for text in range(len(found)):
        numbers, ellipses, dots = 0, 0, 0
        for at in range(offsets[text], offsets[text + 1]):
            code = codes[at]
            if code == _DOT:
                dots += 1
                if dots == 3:
                    ellipses, dots = ellipses + 1, 0
                continue
            dots = 0
            numbers += code == _HASH
            ellipses += code == _ELLIPSIS
        found[text] = numbers, ellipses
    return found


@njit(cache=True, nogil=True)
def count_lines(codes: Codes, classes: Classes, starts: Places, ends: Places, firsts: Places) -> Matrix:
    """Per text: the shares of lines that begin with a bullet and that end in an ellipsis."""
    found = np.zeros((len(firsts) - 1, 2))
    for text in range(len(found)):
        bullets, ellipses = 0, 0
        for line in range(firsts[text], firsts[text + 1]):
            lo, hi = strip(codes, starts[line], ends[line], classes)
            bullets += lo < hi and (codes[lo] == _BULLET or codes[lo] == _HYPHEN)
            ellipses += ends_in_ellipsis(codes, lo, hi)
        lines = max(1, firsts[text + 1] - firsts[text])
        found[text] = bullets / lines, ellipses / lines
    return found


@njit(cache=True, nogil=True)
def _paragraphs(codes: Codes, lo: int, hi: int, keys: Hashes, sizes: Places) -> int:
    """Hashes and lengths of what stands between two or more newlines; how many there are."""
    count, at, value, start = 0, lo, uint64(0), lo
    while at < hi:
        if codes[at] == _NEWLINE and at + 1 < hi and codes[at + 1] == _NEWLINE:
            keys[count], sizes[count] = value, at - start
            count += 1
            while codes[at] == _NEWLINE:
                at += 1
            start, value = at, uint64(0)
        value = value * PRIME + uint64(codes[at]) + uint64(1)
        at += 1
    keys[count], sizes[count] = value, hi - start
    return count + 1


@njit(cache=True, nogil=True)
def repeated_pieces(
    codes: Codes, offsets: Places, classes: Classes, starts: Places, ends: Places, hashes: Hashes, firsts: Places
) -> Matrix:
    """Per text: the shares of paragraphs, of characters in paragraphs, of lines and of characters in lines that came before.

    Lines are what stands between newlines, of which several in a row count as one; before the first and behind the last
    newline of a text there is a line too, be it empty (`re.split`).
    """
    most = np.max(np.diff(offsets)) if len(offsets) > 1 else 0
    keys, sizes = np.empty(most + 2, np.uint64), np.empty(most + 2, np.int64)
    table = np.empty(1 << bits_for(most + 2), np.uint64)
    found = np.zeros((len(offsets) - 1, 4))
    for text in range(len(found)):
        length = max(1, offsets[text + 1] - offsets[text])
        lo, hi = strip(codes, offsets[text], offsets[text + 1], classes)
        count = _paragraphs(codes, lo, hi, keys, sizes)
        elements, characters = duplicates(keys[:count], sizes[:count], table)
        found[text, 0], found[text, 1] = elements / count, characters / length
        count = 0
        for line in range(firsts[text], firsts[text + 1]):
            if ends[line] > starts[line] or line == firsts[text]:
                keys[count], sizes[count] = hashes[line], ends[line] - starts[line]
                count += 1
        if length > 0 and offsets[text + 1] > offsets[text] and codes[offsets[text + 1] - 1] == _NEWLINE:
            keys[count], sizes[count] = uint64(0), 0
            count += 1
        elements, characters = duplicates(keys[:count], sizes[:count], table)
        found[text, 2], found[text, 3] = elements / max(1, count), characters / length
    return found


@njit(cache=True, nogil=True)
def repeated_words(offsets: Places, starts: Places, ends: Places, hashes: Hashes, firsts: Places) -> Matrix:
    """Per text: characters of the most frequent 2, 3 and 4 words, and of 5 to 10 words that came before, as shares.

    Longer sequences are sought only where the shorter ones come again: exact for the most frequent ones; for the others
    but for the same letters cut into words differently behind the fifth word.
    """
    most = np.max(np.diff(firsts)) if len(firsts) > 1 else 0
    sums, powers, sizes = np.empty(most + 1, np.uint64), np.empty(most + 1, np.uint64), np.empty(most + 1, np.int64)
    keys, places = np.empty(most, np.uint64), np.empty(most, np.int64)
    room = 1 << bits_for(most)
    table = Table(np.empty(room, np.uint64), np.empty(room, np.int64), np.empty(room, np.int64))
    found = np.zeros((len(firsts) - 1, 9))
    for text in range(len(found)):
        first, last = firsts[text], firsts[text + 1]
        words, length, own = last - first, max(1, offsets[text + 1] - offsets[text]), hashes[first:last]
        join_hashes(own, ends[first:last] - starts[first:last], sums, powers, sizes)
        count = words
        for place in range(words):
            keys[place], places[place] = own[place], place
        for n in range(2, 5):
            if words < n:
                break
            count = lengthen(keys, places, count, own, n)
            count, times, at = shared(keys, places, count, table)
            at = at if times > 1 else 0
            found[text, n - 2] = min(1.0, times * (sizes[at + n] - sizes[at] + n - 1) / length)
        count, _, _ = shared(keys, places, joined(5, words, sums, powers, keys, places), table)
        for n in range(5, 11):
            found[text, n - 2] = repeated(n, words, sums, powers, sizes, places, count, table.keys) / length
    return found
