"""The rules of spaCy's English tokeniser for one chunk (characters between blanks), each as a function of its span."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from app.curation.characters import SIZE
from app.curation.english import (
    ALPHA,
    BEFORE_DOT,
    CURRENCY,
    DIGIT,
    HOST,
    ICON,
    LONGEST,
    LOWER,
    PREFIX,
    QUOTE,
    RARE,
    SUFFIX,
    UPPER,
)
from app.curation.kernels.polynomial import hash_of

Codes = NDArray[np.uint32]
Classes = NDArray[np.uint32]
Keys = NDArray[np.uint64]
_DOT, _PLUS, _MINUS, _STAR, _CARET, _COMMA, _TILDE, _DOLLAR = 0x2E, 0x2B, 0x2D, 0x2A, 0x5E, 0x2C, 0x7E, 0x24
_EN_DASH, _EM_DASH, _ELLIPSIS, _DEGREE, _APOSTROPHE, _TYPOGRAPHIC = 0x2013, 0x2014, 0x2026, 0xB0, 0x27, 0x2019
_COLON, _SLASH, _AT, _QUERY, _HASH, _UNDERSCORE = 0x3A, 0x2F, 0x40, 0x3F, 0x23, 0x5F


@njit(cache=True, nogil=True, inline="always")
def kind(code: int, classes: Classes) -> int:
    """The bits of one character."""
    return classes[code] if code < SIZE else RARE


@njit(cache=True, nogil=True, inline="always")
def place_of(key: np.uint64, keys: Keys) -> int:
    """The slot of a hash in a table of the lexicon, -1 where it is not there."""
    last = len(keys) - 1
    slot = np.int64(key >> np.uint64(20)) & last
    while keys[slot] and keys[slot] != key:
        slot = (slot + 1) & last
    return slot if keys[slot] else -1


@njit(cache=True, nogil=True)
def special(codes: Codes, lo: int, hi: int, keys: Keys) -> int:
    """The slot of a special case in the lexicon, -1 for any other span."""
    return place_of(hash_of(codes, lo, hi), keys) if 0 < hi - lo <= LONGEST else -1


@njit(cache=True, nogil=True)
def prefix(codes: Codes, lo: int, hi: int, classes: Classes) -> int:
    """Characters to cut off in front: a sign, an ellipsis, a currency."""
    code = codes[lo]
    if kind(code, classes) & PREFIX:
        return 1
    following = codes[lo + 1] if lo + 1 < hi else 0
    if code == _PLUS:
        return 0 if kind(following, classes) & DIGIT else 1
    if code == _DOT and following == _DOT:
        end = lo + 2
        while end < hi and codes[end] == _DOT:
            end += 1
        return end - lo
    if following == _DOLLAR and code in (ord("C"), ord("A")):
        return 2
    return 3 if code == ord("U") and hi - lo > 2 and following == ord("S") and codes[lo + 2] == _DOLLAR else 0


@njit(cache=True, nogil=True)
def suffix(codes: Codes, lo: int, hi: int, classes: Classes, units: Keys) -> int:
    """Characters to cut off at the end: the longest of a sign, dots, 's, a unit or currency behind a digit."""
    if hi <= lo:
        return 0
    code = codes[hi - 1]
    before = codes[hi - 2] if hi - 2 >= lo else 0
    if code == _DOT:
        return _dots(codes, lo, hi, classes)
    if code == _ELLIPSIS and before == _ELLIPSIS:
        return 2
    if code in (ord("s"), ord("S")) and before in (_APOSTROPHE, _TYPOGRAPHIC):
        return 2
    behind_digit = _behind_digit(codes, lo, hi, classes, units)
    if behind_digit:
        return behind_digit
    return 1 if kind(code, classes) & SUFFIX else 0


@njit(cache=True, nogil=True)
def _dots(codes: Codes, lo: int, hi: int, classes: Classes) -> int:
    start = hi - 1
    while start > lo and codes[start - 1] == _DOT:
        start -= 1
    if hi - start > 1:
        return hi - start
    if start == lo:
        return 0
    before = codes[start - 1]
    if kind(before, classes) & BEFORE_DOT:
        return 1
    if start - 2 < lo:
        return 0
    further = codes[start - 2]
    if kind(before, classes) & UPPER and kind(further, classes) & UPPER:
        return 1
    return 1 if further == _DEGREE and before in (ord("C"), ord("F"), ord("K")) else 0


@njit(cache=True, nogil=True)
def _behind_digit(codes: Codes, lo: int, hi: int, classes: Classes, units: Keys) -> int:
    start = hi
    while start > lo and hi - start < 6 and not kind(codes[start - 1], classes) & DIGIT:
        start -= 1
    length = hi - start
    if length == 0 or start == lo or not kind(codes[start - 1], classes) & DIGIT:
        return 0
    if length == 1 and (codes[start] == _PLUS or kind(codes[start], classes) & CURRENCY):
        return 1
    if codes[hi - 1] == _DOLLAR:
        return length if prefix(codes, start, hi, classes) == length else 0
    return length if place_of(hash_of(codes, start, hi), units) >= 0 else 0


@njit(cache=True, nogil=True)
def infix(codes: Codes, at: int, lo: int, hi: int, classes: Classes) -> int:
    """Characters of the sign inside a chunk that stands at `at` and parts it; 0 where none does."""
    code = codes[at]
    if code == _DOT and at + 1 < hi and codes[at + 1] == _DOT:
        end = at + 2
        while end < hi and codes[end] == _DOT:
            end += 1
        return end - at
    if code == _ELLIPSIS or kind(code, classes) & ICON:
        return 1
    if at == lo or at + 1 >= hi:
        return 0
    before, after = kind(codes[at - 1], classes), kind(codes[at + 1], classes)
    if code == _DOT:
        return 1 if before & (LOWER | QUOTE) and after & (UPPER | QUOTE) else 0
    if code == _COMMA:
        return 1 if before & ALPHA and after & ALPHA else 0
    if code in (_PLUS, _MINUS, _STAR, _CARET) and before & DIGIT and (after & DIGIT or codes[at + 1] == _MINUS):
        return 1
    if not before & (ALPHA | DIGIT):
        return 0
    if code in (_COLON, _SLASH, ord("<"), ord(">"), ord("=")):
        return 1 if after & ALPHA else 0
    return _hyphen(codes, at, hi, classes)


@njit(cache=True, nogil=True)
def _hyphen(codes: Codes, at: int, hi: int, classes: Classes) -> int:
    """One dash or tilde, two or three hyphens or two long dashes, with a letter behind."""
    code = codes[at]
    if code not in (_MINUS, _EN_DASH, _EM_DASH, _TILDE):
        return 0
    most = 3 if code == _MINUS else 2 if code == _EM_DASH else 1
    for length in range(1, most + 1):
        if at + length >= hi:
            return 0
        if kind(codes[at + length], classes) & ALPHA:
            return length
        if codes[at + length] != code:
            return 0
    return 0


@njit(cache=True, nogil=True)
def is_address(codes: Codes, lo: int, hi: int, classes: Classes) -> bool:
    """Whether the span is a host name with what may stand before (``https://``, ``user@``) and behind (port, path)."""
    start, at = lo, lo
    while at < hi and (kind(codes[at], classes) & (ALPHA | DIGIT) or codes[at] in (_PLUS, _MINUS, _DOT, _UNDERSCORE)):
        at += 1
    if at - lo >= 2 and at + 3 < hi and codes[at] == _COLON and codes[at + 1] == _SLASH and codes[at + 2] == _SLASH:
        start = at + 3
    found = _is_host(codes, lo, hi, classes) or (start > lo and _is_host(codes, start, hi, classes))
    for at in range(lo + 1, hi):
        if codes[at] == _AT and not found:
            found = _is_host(codes, at + 1, hi, classes)
    return found


@njit(cache=True, nogil=True)
def _is_host(codes: Codes, lo: int, hi: int, classes: Classes) -> bool:
    """Labels and dots, then a lower-case top level of 2 to 63 letters, then a port, a path or nothing."""
    end, last_dot, label = lo, -1, lo
    while end < hi and (kind(codes[end], classes) & HOST or codes[end] in (_MINUS, _UNDERSCORE, _DOT)):
        if codes[end] == _DOT:
            if not _is_label(codes, label, end, classes):
                return False
            last_dot, label = end, end + 1
        end += 1
    if last_dot < 0 or not 2 <= end - label <= 63:
        return False
    for at in range(label, end):
        if not kind(codes[at], classes) & LOWER:
            return False
    return end == hi or codes[end] in (_SLASH, _QUERY, _HASH) or _is_port(codes, end, hi, classes)


@njit(cache=True, nogil=True)
def _is_label(codes: Codes, lo: int, hi: int, classes: Classes) -> bool:
    return 1 <= hi - lo <= 64 and bool(kind(codes[lo], classes) & HOST and kind(codes[hi - 1], classes) & HOST)


@njit(cache=True, nogil=True)
def _is_port(codes: Codes, at: int, hi: int, classes: Classes) -> bool:
    if codes[at] != _COLON:
        return False
    end = at + 1
    while end < hi and kind(codes[end], classes) & DIGIT:
        end += 1
    return 2 <= end - at - 1 <= 5 and (end == hi or codes[end] in (_SLASH, _QUERY, _HASH))
