"""The counts of NeMo Curator's heuristic filters for English (`heuristic_filter.py`, `constants.py`), for many texts."""

from typing import NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from app.curation.kernels.affixes import Classes, Codes
from app.curation.kernels.duplicates import Hashes, Table, bits_for, duplicates, find, lengthen, shared
from app.curation.kernels.lines import ends_in_ellipsis, strip
from app.curation.kernels.polynomial import PRIME, power
from app.curation.kernels.tokenizer import HEAD, LETTERED

Places = NDArray[np.int64]
Matrix = NDArray[np.float64]
ALPHANUMERIC, DIGIT, BLANK, PARENTHESIS, ADDRESS = 1, 2, 4, 8, 16
_NEWLINE, _HASH, _SPACE, _LATER_ANGLES = 0x0A, 0x23, 0x20, (0x27E8, 0x27E9)
_BULLETS = (0x2022, 0x2023, 0x2043, 0x204C, 0x204D, 0x2219, 0x25CB, 0x25CF, 0x25D8, 0x25E6, 0x29BE, 0x29BF)
_MORE = "read more"


class Chunks(NamedTuple):
    """Words between blanks: places, hashes, whether one has a letter, the first of each text."""

    starts: Places
    ends: Places
    hashes: Hashes
    lettered: NDArray[np.bool_]
    firsts: Places


@njit(cache=True, nogil=True)
def chunks(starts: Places, ends: Places, hashes: Hashes, flags: NDArray[np.uint8], firsts: Places) -> Chunks:
    """The tokens of each chunk put together again."""
    count = np.sum(flags & HEAD != 0)
    found = Chunks(
        np.empty(count, np.int64),
        np.empty(count, np.int64),
        np.empty(count, np.uint64),
        np.empty(count, np.bool_),
        np.zeros(len(firsts), np.int64),
    )
    at = -1
    for text in range(len(firsts) - 1):
        for token in range(firsts[text], firsts[text + 1]):
            if flags[token] & HEAD:
                at += 1
                found.starts[at], found.hashes[at], found.lettered[at] = starts[token], hashes[token], False
            else:
                found.hashes[at] = found.hashes[at] * power(ends[token] - starts[token], PRIME) + hashes[token]
            found.ends[at] = ends[token]
            found.lettered[at] |= flags[token] & LETTERED != 0
        found.firsts[text + 1] = at + 1
    return found


@njit(cache=True, nogil=True)
def count_characters(codes: Codes, offsets: Places, kinds: NDArray[np.uint8]) -> Matrix:
    """Per text the shares of characters that are no letter, digit or mark, are digits, blanks, parentheses, in URLs.

    `kinds` are the bits of the ASCII characters. All are 1 for an empty text.
    """
    found = np.ones((len(offsets) - 1, 5))
    for text in range(len(found)):
        lo, hi = offsets[text], offsets[text + 1]
        plain, digits, blanks, parentheses, addresses = 0, 0, 0, 0, 0
        behind = lo
        for at in range(lo, hi):
            code = codes[at]
            if code > 127:
                parentheses += code in _LATER_ANGLES
                continue
            bits = kinds[code]
            plain += bits & ALPHANUMERIC
            digits += (bits & DIGIT) >> 1
            blanks += (bits & BLANK) >> 2
            parentheses += (bits & PARENTHESIS) >> 3
            if code == 0x68 and at >= behind and at + 8 <= hi and codes[at + 1] == 0x74 and codes[at + 2] == 0x74:
                behind = max(at, _behind_address(codes, at, hi, kinds))
                addresses += behind - at
        if hi > lo:
            size = hi - lo
            found[text] = (size - plain) / size, digits / size, blanks / size, parentheses / size, addresses / size
    return found


@njit(cache=True, nogil=True)
def _behind_address(codes: Codes, at: int, hi: int, kinds: NDArray[np.uint8]) -> int:
    """Where the URL that begins at `at` ends, -1 where none does."""
    for character in "http":
        if codes[at] != ord(character):
            return -1
        at += 1
    at += codes[at] == ord("s")
    for character in "://":
        if at >= hi or codes[at] != ord(character):
            return -1
        at += 1
    first = at
    while at < hi and codes[at] < 128 and kinds[codes[at]] & ADDRESS:
        at += 1
    return at if at > first else -1


@njit(cache=True, nogil=True)
def count_words(codes: Codes, words: Chunks, common: Hashes, ellipses: Hashes) -> Matrix:
    """Per text: words, their mean and greatest length, the shares with a letter and of symbols, the common ones."""
    firsts = words.firsts
    found = np.zeros((len(firsts) - 1, 6))
    for text in range(len(found)):
        characters, longest, lettered, symbolic, known = 0, 0, 0, 0, 0
        for word in range(firsts[text], firsts[text + 1]):
            size = words.ends[word] - words.starts[word]
            characters += size
            longest = max(longest, size)
            lettered += words.lettered[word]
            runs, before = 0, False
            for at in range(words.starts[word], words.ends[word]):
                runs += codes[at] == _HASH and not before
                before = codes[at] == _HASH
            symbolic += 2 * runs > size
            if size <= 5:
                for place in range(len(common)):
                    known += words.hashes[word] == common[place]
                for place in range(len(ellipses)):
                    symbolic += words.hashes[word] == ellipses[place] and 2 * runs <= size
        count = firsts[text + 1] - firsts[text]
        whole = max(1, count)
        found[text, 0], found[text, 1] = count, characters / count if count else np.nan
        found[text, 2], found[text, 3] = longest, lettered / whole
        found[text, 4], found[text, 5] = symbolic / whole, known
    return found


@njit(cache=True, nogil=True)
def count_lines(codes: Codes, classes: Classes, starts: Places, ends: Places, hashes: Hashes, firsts: Places) -> Matrix:
    """Per text the shares of lines and of their characters that are left without copies, then of lines without an end
    mark, that end in an ellipsis and that begin with a bullet. Blank lines do not count.
    """
    most = np.max(np.diff(firsts)) if len(firsts) > 1 else 0
    keys, sizes = np.empty(most, np.uint64), np.empty(most, np.int64)
    table = np.empty(1 << bits_for(most), np.uint64)
    found = np.zeros((len(firsts) - 1, 5))
    for text in range(len(found)):
        lines, characters, open_, cut, bullets = 0, 0, 0, 0, 0
        for line in range(firsts[text], firsts[text + 1]):
            lo, hi = strip(codes, starts[line], ends[line], classes)
            if lo == hi:
                continue
            keys[lines], sizes[lines] = hashes[line], ends[line] - starts[line]
            characters, lines = characters + sizes[lines], lines + 1
            open_ += codes[hi - 1] not in (0x2E, 0x3F, 0x21, 0x22, 0x27)
            cut += _is_cut(codes, lo, hi)
            bullets += codes[lo] in _BULLETS
        again, repeated = duplicates(keys[:lines], sizes[:lines], table)
        whole = max(1, lines)
        found[text, 0], found[text, 1] = 1 - again / whole, 1 - repeated / max(1, characters)
        found[text, 2], found[text, 3], found[text, 4] = open_ / whole, cut / whole, bullets / whole
    return found


@njit(cache=True, nogil=True)
def _is_cut(codes: Codes, lo: int, hi: int) -> bool:
    """Whether a line ends in an ellipsis, in one in brackets, in ``-»``, ``read more`` or ``read more..``."""
    last = codes[hi - 1]
    if hi - lo > 2 and last in (0x29, 0x5D):
        opening = 0x28 if last == 0x29 else 0x5B
        if codes[hi - 2] == 0x2026:
            return bool(last == 0x5D and codes[hi - 3] == opening)
        return bool(hi - lo > 4 and codes[hi - 5] == opening and ends_in_ellipsis(codes, lo, hi - 1))
    if last == 0xBB:
        return hi - lo > 1 and codes[hi - 2] == 0x2D
    if ends_in_ellipsis(codes, lo, hi):
        return True
    end = hi - 2 if hi - lo > 2 and last == 0x2E and codes[hi - 2] == 0x2E else hi
    if end - lo < len(_MORE):
        return False
    same = 0
    while same < len(_MORE) and codes[end - len(_MORE) + same] | 0x20 == ord(_MORE[same]):
        same += 1
    return same == len(_MORE)


@njit(cache=True, nogil=True)
def cut_paragraphs(codes: Codes, offsets: Places) -> tuple[Places, Places, Hashes, Places]:
    """Starts, ends and hashes of what `str.split` finds between two newlines, and the first of each text."""
    most = (offsets[-1] - offsets[0]) // 2 + len(offsets)
    starts, ends, hashes = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.uint64)
    firsts, count = np.zeros(len(offsets), np.int64), 0
    for text in range(len(offsets) - 1):
        at, hi = offsets[text], offsets[text + 1]
        starts[count], value = at, uint64(0)
        while at < hi:
            if codes[at] == _NEWLINE and at + 1 < hi and codes[at + 1] == _NEWLINE:
                ends[count], hashes[count] = at, value
                at, count, value = at + 2, count + 1, uint64(0)
                starts[count] = at
                continue
            value = value * PRIME + uint64(codes[at]) + uint64(1)
            at += 1
        ends[count], hashes[count] = hi, value
        count += 1
        firsts[text + 1] = count
    return starts[:count], ends[:count], hashes[:count], firsts


@njit(cache=True, nogil=True)
def count_paragraphs(
    starts: Places, ends: Places, hashes: Hashes, firsts: Places, bits: Places, boilerplate: int, lorem: int
) -> Matrix:
    """Per text the shares of paragraphs and of their characters that are left without copies, and of those with
    boilerplate; the last is 1 where one has "lorem ipsum".
    """
    most = np.max(np.diff(firsts)) if len(firsts) > 1 else 0
    table = np.empty(1 << bits_for(most), np.uint64)
    found = np.zeros((len(firsts) - 1, 3))
    for text in range(len(found)):
        first, last = firsts[text], firsts[text + 1]
        sizes, filled, has_lorem = ends[first:last] - starts[first:last], 0, False
        for paragraph in range(first, last):
            filled += bits[paragraph] & boilerplate != 0
            has_lorem |= bits[paragraph] & lorem != 0
        again, repeated = duplicates(hashes[first:last], sizes, table)
        found[text, 0], found[text, 1] = 1 - again / (last - first), 1 - repeated / max(1, np.sum(sizes))
        found[text, 2] = 1.0 if has_lorem else filled / (last - first)
    return found


@njit(cache=True, nogil=True)
def repeated_words(codes: Codes, offsets: Places, words: Chunks) -> Matrix:
    """Per text: characters in the most frequent 2, 3 and 4 words, and in 5 to 10 words that came before, as shares.

    1 where a text has fewer words. Of two alike the first is the most frequent; the reference leaves it to chance.
    """
    firsts, hashes = words.firsts, words.hashes
    most = np.max(np.diff(firsts)) if len(firsts) > 1 else 0
    keys, places = np.empty(most, np.uint64), np.empty(most, np.int64)
    room = 1 << bits_for(most)
    table = Table(np.empty(room, np.uint64), np.empty(room, np.int64), np.empty(room, np.int64))
    found = np.ones((len(firsts) - 1, 9))
    for text in range(len(found)):
        first, last = firsts[text], firsts[text + 1]
        count, length = last - first, max(1, offsets[text + 1] - offsets[text])
        for place in range(count):
            keys[place], places[place] = hashes[first + place], place
        for n in range(2, min(10, last - first) + 1):
            count = lengthen(keys, places, count, hashes[first:last], n)
            count, times, at = shared(keys, places, count, table)
            if n < 5:
                head = first + (at if times > 1 else 0)
                found[text, n - 2] = _removed(codes, offsets[text], offsets[text + 1], words, head, n) / length
            else:
                found[text, n - 2] = _later(keys, places, count, table.keys, words, first, n) / length
    return found


@njit(cache=True, nogil=True)
def _removed(codes: Codes, lo: int, hi: int, words: Chunks, head: int, n: int) -> int:
    """Characters that go when the `n` words from `head`, a blank between two, are taken out of the text."""
    starts, ends = words.starts, words.ends
    size = n - 1
    for word in range(head, head + n):
        size += ends[word] - starts[word]
    sought = np.empty(size, np.uint32)
    at = 0
    for word in range(head, head + n):
        for place in range(starts[word], ends[word]):
            sought[at] = codes[place]
            at += 1
        if at < size:
            sought[at] = _SPACE
            at += 1
    gone, at = 0, lo
    while at + size <= hi:
        same = 0
        while same < size and codes[at + same] == sought[same]:
            same += 1
        gone += size if same == size else 0
        at += size if same == size else 1
    return gone


@njit(cache=True, nogil=True)
def _later(keys: Hashes, places: Places, count: int, held: Hashes, words: Chunks, first: int, n: int) -> int:
    """Characters in later copies, each word once, and the blanks between them as the reference counts them."""
    bits, characters, before = bits_for(count), 0, -n
    held[: 1 << bits] = 0
    for at in range(count):
        slot = find(keys[at], held, bits)
        if not held[slot]:
            held[slot] = keys[at]
            continue
        counted = max(0, n - (places[at] - before))
        before = places[at]
        for word in range(first + before + counted, first + before + n):
            characters += words.ends[word] - words.starts[word]
        characters += min(n - counted, n - 1)
    return characters
