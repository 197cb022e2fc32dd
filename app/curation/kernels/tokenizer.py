"""Text into the tokens of spaCy's English tokeniser: chunks between blanks, affixes cut off, special cases whole."""

from typing import NamedTuple

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from app.curation.english import (
    BEFORE_DOT,
    DIGIT,
    ICON,
    LATIN,
    LETTER,
    LONGEST,
    PREFIX,
    PUNCTUATION,
    SENTENCE_END,
    SIGN,
    SPACE,
    SUFFIX,
    SYMBOL,
    Lexicon,
)
from app.curation.kernels.affixes import (
    Classes,
    Codes,
    Keys,
    infix,
    is_address,
    kind,
    place_of,
    prefix,
    special,
    suffix,
)
from app.curation.kernels.polynomial import PRIME

SYMBOLIC, LETTERED, SIGNS, ENDS, HEAD, WIDE = 1, 2, 4, 8, 16, 32
"""A token: of symbols alone, with a letter, of punctuation alone, an end mark, first of its chunk, behind wide space."""
_PLAIN = ~(SIGN | PREFIX | SUFFIX | ICON | DIGIT)
_BLANK, _DOT = 0x20, 0x2E
Places = NDArray[np.int64]


class Tokens(NamedTuple):
    """Arrays with room for every token: `starts` and `ends` in characters, `hashes` that can be joined, `flags`."""

    starts: Places
    ends: Places
    hashes: NDArray[np.uint64]
    flags: NDArray[np.uint8]


class Memo(NamedTuple):
    """How chunks seen lately were cut: the hash of a chunk, and the lengths of its tokens as bytes, the first lowest."""

    keys: NDArray[np.uint64]
    pieces: NDArray[np.uint64]


@njit(cache=True, nogil=True)
def tokenise(
    codes: Codes, lo: int, hi: int, classes: Classes, lexicon: Lexicon, memo: Memo, tokens: Tokens, count: int
) -> int:
    """Write the tokens of codes[lo:hi] behind the first `count` ones; the new count."""
    at, wide, last = lo, False, len(memo.keys) - 1
    keys, known, units, recent, cuts = lexicon.keys, lexicon.pieces, lexicon.units, memo.keys, memo.pieces
    starts, ends, hashes, flags = tokens.starts, tokens.ends, tokens.hashes, tokens.flags
    while at < hi:
        first, seen, common, key, sign = at, 0, -1, uint64(0), 0
        word_seen, word_common, word = 0, -1, uint64(0)
        bits = np.int64(kind(codes[at], classes))
        while not bits & SPACE:
            word_seen, word_common, word, sign = seen, common, key, bits
            seen, common, key = seen | bits, common & bits, key * PRIME + uint64(codes[at]) + uint64(1)
            at += 1
            if at == hi:
                break
            bits = np.int64(kind(codes[at], classes))
        if at > first:
            head = count
            is_known = place_of(key, keys) >= 0
            if not (seen & ~_PLAIN or is_known):
                starts[count], ends[count], hashes[count] = first, at, key
                flags[count] = _flags(seen, common, at - first)
                count += 1
            elif (
                not (word_seen & ~_PLAIN or is_known or place_of(word, keys) >= 0)
                and at - 1 > first
                and _ends(codes, at, sign, classes)
            ):
                starts[count], ends[count], hashes[count] = first, at - 1, word
                flags[count] = _flags(word_seen, word_common, at - 1 - first)
                starts[count + 1], ends[count + 1], hashes[count + 1] = at - 1, at, uint64(codes[at - 1]) + uint64(1)
                flags[count + 1] = _flags(sign, sign, 1)
                count += 2
            else:
                slot = np.int64(key >> uint64(40)) & last
                if recent[slot] != key:
                    count = _cut(codes, first, at, classes, keys, known, units, starts, ends, count)
                    count = _join(codes, head, count, keys, known, starts, ends)
                    recent[slot], cuts[slot] = _packed(key, starts, ends, head, count)
                    describe(codes, classes, starts, ends, hashes, flags, head, count)
                else:
                    pieces, place = cuts[slot], first
                    while pieces:
                        end: int = place + np.int64(pieces & uint64(255))
                        starts[count], ends[count] = place, end
                        hashes[count], flags[count] = _read(codes, classes, place, end)
                        pieces, place, count = pieces >> uint64(8), end, count + 1
            flags[head] |= HEAD | (WIDE if wide else 0)
        blank = at
        while at < hi and kind(codes[at], classes) & SPACE:
            at += 1
        wide = blank == lo or at - blank > 1 or (at > blank and codes[blank] != _BLANK)
    return count


@njit(cache=True, nogil=True, inline="always")
def _ends(codes: Codes, at: int, sign: int, classes: Classes) -> bool:
    """Whether the last character of a plain word is cut off: the shape of almost every chunk that is not one token."""
    if codes[at - 1] == _DOT:
        return kind(codes[at - 2], classes) & BEFORE_DOT != 0
    return sign & SUFFIX != 0


@njit(cache=True, nogil=True)
def _packed(key: np.uint64, starts: Places, ends: Places, head: int, count: int) -> tuple[np.uint64, np.uint64]:
    """A chunk's hash and the lengths of its tokens, a byte each; a hash of 0 where eight bytes do not hold them."""
    pieces = uint64(0)
    for token in range(count - 1, head - 1, -1):
        length = ends[token] - starts[token]
        if length > 255 or pieces >> uint64(56):
            return uint64(0), uint64(0)
        pieces = pieces << uint64(8) | uint64(length)
    return key, pieces


@njit(cache=True, nogil=True)
def spell(lo: int, pieces: np.uint64, starts: Places, ends: Places, count: int) -> int:
    """Write the tokens whose lengths are the bytes of `pieces`, the first at `lo`; the new count."""
    while pieces:
        starts[count] = lo
        lo += np.int64(pieces & uint64(255))
        ends[count] = lo
        pieces >>= uint64(8)
        count += 1
    return count


@njit(cache=True, nogil=True)
def _cut(
    codes: Codes,
    lo: int,
    hi: int,
    classes: Classes,
    keys: Keys,
    known: Keys,
    units: Keys,
    starts: Places,
    ends: Places,
    count: int,
) -> int:
    """Affixes off from both sides until nothing changes; a special case stops it at once."""
    edge, last = hi, -1
    stops = np.empty(16, np.int64)
    cuts = 0
    while lo < hi and hi - lo != last and special(codes, lo, hi, keys) < 0:
        last = hi - lo
        front = prefix(codes, lo, hi, classes)
        if front:
            starts[count], ends[count] = lo, lo + front
            if lo + front < hi and special(codes, lo + front, hi, keys) >= 0:
                count, lo = count + 1, lo + front
                break
        back = suffix(codes, lo + front, hi, classes, units)
        if back:
            if cuts == len(stops):
                stops = np.concatenate((stops, np.empty(cuts, np.int64)))
            stops[cuts] = hi - back
            if special(codes, lo, hi - back, keys) >= 0:
                cuts, hi = cuts + 1, hi - back
                break
        if front:
            count, lo = count + 1, lo + front
        if back:
            cuts, hi = cuts + 1, hi - back
    count = _middle(codes, lo, hi, classes, keys, known, starts, ends, count)
    for cut in range(cuts - 1, -1, -1):
        starts[count], ends[count] = stops[cut], stops[cut - 1] if cut else edge
        count += 1
    return count


@njit(cache=True, nogil=True)
def _middle(
    codes: Codes, lo: int, hi: int, classes: Classes, keys: Keys, known: Keys, starts: Places, ends: Places, count: int
) -> int:
    """What the affixes leave: a special case, an address, or pieces between infixes."""
    if lo == hi:
        return count
    slot = special(codes, lo, hi, keys)
    if slot >= 0:
        return spell(lo, known[slot], starts, ends, count)
    begin, before, dotted = lo, count, False
    for at in range(lo, hi):
        dotted |= codes[at] == _DOT
        if at < begin or at == lo or not kind(codes[at], classes) & (SIGN | ICON):
            continue
        length = infix(codes, at, lo, hi, classes)
        if length == 0:
            continue
        if at > begin:
            starts[count], ends[count] = begin, at
            count += 1
        starts[count], ends[count] = at, at + length
        count, begin = count + 1, at + length
    if count > before and dotted and is_address(codes, lo, hi, classes):
        count, begin = before, lo
    if begin < hi:
        starts[count], ends[count] = begin, hi
        count += 1
    return count


@njit(cache=True, nogil=True)
def _join(codes: Codes, head: int, count: int, keys: Keys, known: Keys, starts: Places, ends: Places) -> int:
    """Tokens in a row that spell a special case become its tokens: the longest first, of two alike the first.

    As in spaCy, a match that is passed over for an earlier one still keeps later ones off its tokens.
    """
    size, joins = count - head, 0
    slots, spans, taken = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.bool_)
    for span in range(min(size, LONGEST), 1, -1):
        for first in range(size - span + 1):
            start, end = starts[head + first], ends[head + first + span - 1]
            slot = special(codes, start, end, keys)
            # What a special case becomes must not overtake the tokens still to be read.
            if slot < 0 or (span < 8 and known[slot] >> uint64(8 * span)):
                continue
            if joins == 0:
                slots, spans, taken = np.empty(size, np.int64), np.ones(size, np.int64), np.zeros(size, np.bool_)
            if not taken[first] and not taken[first + span - 1]:
                slots[first], spans[first] = slot, span
            taken[first : first + span] = True
            joins += 1
    return _joined(head, slots, spans, known, starts, ends) if joins else count


@njit(cache=True, nogil=True)
def _joined(head: int, slots: Places, spans: Places, known: Keys, starts: Places, ends: Places) -> int:
    written, token = head, 0
    while token < len(spans):
        if spans[token] > 1:
            written = spell(starts[head + token], known[slots[token]], starts, ends, written)
        else:
            starts[written], ends[written] = starts[head + token], ends[head + token]
            written += 1
        token += spans[token]
    return written


@njit(cache=True, nogil=True)
def describe(
    codes: Codes,
    classes: Classes,
    starts: Places,
    ends: Places,
    hashes: NDArray[np.uint64],
    flags: NDArray[np.uint8],
    first: int,
    last: int,
) -> None:
    """Hash and flags of the tokens from `first` to before `last`."""
    for token in range(first, last):
        hashes[token], flags[token] = _read(codes, classes, starts[token], ends[token])


@njit(cache=True, nogil=True, inline="always")
def _read(codes: Codes, classes: Classes, first: int, last: int) -> tuple[np.uint64, np.uint8]:
    """Hash and flags of one token."""
    value, seen, common = uint64(0), 0, -1
    for at in range(first, last):
        bits = np.int64(kind(codes[at], classes))
        value = value * PRIME + uint64(codes[at]) + uint64(1)
        seen, common = seen | bits, common & bits
    return value, _flags(seen, common, last - first)


@njit(cache=True, nogil=True, inline="always")
def _flags(seen: int, common: int, length: int) -> np.uint8:
    flag = SYMBOLIC if common & SYMBOL else 0
    flag |= LETTERED if seen & LETTER else 0
    flag |= SIGNS if common & PUNCTUATION else 0
    flag |= ENDS if common & SENTENCE_END and length == 1 else 0
    return np.uint8(flag)


@njit(cache=True, nogil=True)
def tokenise_all(
    codes: Codes, offsets: Places, classes: Classes, lexicon: Lexicon, memo: Memo, tokens: Tokens
) -> Places:
    """Write all tokens of all texts; the first token of each text."""
    firsts = np.zeros(len(offsets), np.int64)
    for text in range(len(offsets) - 1):
        firsts[text + 1] = tokenise(
            codes, offsets[text], offsets[text + 1], classes, lexicon, memo, tokens, firsts[text]
        )
    return firsts


@njit(cache=True, nogil=True)
def mostly_latin(codes: Codes, offsets: Places, is_ascii: NDArray[np.bool_], classes: Classes) -> NDArray[np.bool_]:
    """Where at least half of a text's letters are Latin; a text without letters counts as Latin."""
    found = np.ones(len(is_ascii), np.bool_)
    for text in range(len(found)):
        if is_ascii[text]:
            continue
        letters, latin = 0, 0
        for at in range(offsets[text], offsets[text + 1]):
            bits = kind(codes[at], classes)
            letters += bits & LETTER != 0
            latin += bits & LATIN != 0
        found[text] = 2 * latin >= letters
    return found
