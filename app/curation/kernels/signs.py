"""Signs that a text may hold personal data: one pass over the bytes, so that most texts never meet an expression.

Every sign stands around a digit or one of ``@:=-_w``; all other bytes are skipped.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

AT = 1
"""An @ between two characters that may stand in an address."""
LINK = 2
"""A link (``://``) with an @ or = before the next blank."""
NUMBER = 4
"""Seven digits or more with at most four separators between two of them; or six, then a capital A to D."""
LONG_NUMBER = 8
"""Twelve such digits or more."""
DOTTED = 16
"""Digits, dot, digits, three times or more in a row."""
COLONS = 32
"""Hexadecimal digits (one of them 0 to 9) with ``::`` among them, or with five colons or hyphens."""
BLOCK = 64
"""Five hyphens and a B, as in ``-----BEGIN``."""
TOKEN = 128
"""``hf_``; or sixteen or more of letters, digits, ``_`` and ``-`` in a row, letters and digits among them, that change
case or kind at least four times or hold no small letter."""
MIXED = 256
"""A word of letters and four digits or more."""
ACCOUNT = 512
"""A word that begins with two letters and two digits; eleven more letters and digits, at least five of them digits."""
SECRET = 1024
"""``passw``; or a name that ends as those of secrets do, then = or : and six characters."""

_LETTER, _DIGIT, _HEX, _SEPARATOR, _JOIN, _ANCHOR, _ADDRESS, _WIDE = 1, 2, 4, 8, 16, 32, 64, 128


def _classes() -> NDArray[np.uint8]:
    found = np.zeros(256, np.uint8)
    letters, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "0123456789"
    wide = "".join(map(chr, range(128, 256)))
    for bit, characters in (
        (_LETTER, letters),
        (_DIGIT, digits),
        (_HEX, digits + "abcdefABCDEF"),
        (_SEPARATOR, " .-()/+" + wide),
        (_JOIN, "_-"),
        (_ANCHOR, digits + "@:=-_wW"),
        (_ADDRESS, letters + digits + "_-+.%&!#$*=?^{}~'" + wide),
        (_WIDE, wide),
    ):
        found[[ord(character) for character in characters]] |= bit
    return found


CLASSES = _classes()


@njit(cache=True, nogil=True)
def all_signs(data: NDArray[np.uint8], offsets: NDArray[np.int64], classes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The signs of each text as bits; `classes` is always `CLASSES`."""
    found = np.zeros(len(offsets) - 1, np.int64)
    for text in range(len(found)):
        found[text] = _signs(data, offsets[text], offsets[text + 1], classes)
    return found


@njit(cache=True, nogil=True)
def _signs(data: NDArray[np.uint8], first: int, last: int, classes: NDArray[np.uint8]) -> int:
    found = 0
    number_end = run_end = hex_end = first
    for at in range(first, last):
        byte = data[at]
        kind = classes[byte]
        if not kind & _ANCHOR:
            continue
        if kind & _DIGIT:
            if at >= number_end:
                signs, number_end = _number(data, at, last, classes)
                found |= signs
            if at >= run_end:
                signs, run_end = _run(data, first, at, last, classes)
                found |= signs
            if at >= hex_end:
                signs, hex_end = _groups(data, first, at, last, classes)
                found |= signs
        elif byte == ord("@"):
            if first < at < last - 1 and _joins_address(classes[data[at - 1]], classes[data[at + 1]]):
                found |= AT
        elif byte == ord("-"):
            if at + 5 < last and data[at + 5] == ord("B") and np.all(data[at : at + 5] == ord("-")):
                found |= BLOCK
        elif byte == ord("_"):
            if at - first >= 2 and data[at - 1] == ord("f") and data[at - 2] == ord("h"):
                found |= TOKEN
        elif byte == ord("w") or byte == ord("W"):
            if at - first >= 4 and _pass_before(data, at):
                found |= SECRET
        elif byte == ord(":") and at + 2 < last and data[at + 1] == ord("/") and data[at + 2] == ord("/"):
            found |= _link(data, at + 3, last)
        elif _ends_like_a_secret(data, first, at) and _value_follows(data, at + 1, last):
            found |= SECRET
    return found


@njit(cache=True, nogil=True)
def _number(data: NDArray[np.uint8], at: int, last: int, classes: NDArray[np.uint8]) -> tuple[int, int]:
    """The signs of the number that begins here, and where it ends."""
    found, digits, gap, dots, end = 0, 0, 0, 0, at
    while at < last and gap <= 4:
        kind = classes[data[at]]
        if kind & _DIGIT:
            dots = dots if gap == 0 or (gap == 1 and data[at - 1] == ord(".")) else 0
            digits, gap, end = digits + 1, 0, at + 1
            if dots >= 3:
                found |= DOTTED
        elif kind & _SEPARATOR:
            gap += not 0x80 <= data[at] < 0xC0  # bytes that continue a character do not count
            dots = dots + 1 if data[at] == ord(".") else 0
        else:
            break
        at += 1
    if digits >= 7 or (digits == 6 and _capital_follows(data, end, last)):
        found |= NUMBER
    if digits >= 12:
        found |= LONG_NUMBER
    return found, end


@njit(cache=True, nogil=True)
def _capital_follows(data: NDArray[np.uint8], at: int, last: int) -> bool:
    at += at < last and data[at] == ord(" ")
    return bool(at < last and ord("A") <= data[at] <= ord("D"))


@njit(cache=True, nogil=True)
def _run(data: NDArray[np.uint8], first: int, at: int, last: int, classes: NDArray[np.uint8]) -> tuple[int, int]:
    """The signs of the run of letters, digits and joints around a digit, and where it ends."""
    begin = at
    while begin > first and classes[data[begin - 1]] & (_LETTER | _DIGIT | _JOIN):
        begin -= 1
    found, letters, small, digits, word_letters, word_digits, changes, end = 0, 0, 0, 0, 0, 0, 0, begin
    last_kind = 0
    while end < last:
        kind = classes[data[end]]
        if kind & _LETTER:
            if word_letters + word_digits == 0 and _is_account(data, end, last, classes):
                found |= ACCOUNT
            letters, word_letters = letters + 1, word_letters + 1
            kind = _LETTER | (data[end] & 0x20)
            small += kind > _LETTER
        elif kind & _DIGIT:
            digits, word_digits = digits + 1, word_digits + 1
            kind = _DIGIT
        elif kind & _JOIN:
            word_letters = word_digits = 0
            kind = 0
        else:
            break
        changes += kind != last_kind and kind != 0 and last_kind != 0
        last_kind = kind
        if word_digits >= 4 and word_letters:
            found |= MIXED
        end += 1
    if letters and digits and end - begin >= 16 and (changes >= 4 or small == 0):
        found |= TOKEN
    return found, end


@njit(cache=True, nogil=True)
def _is_account(data: NDArray[np.uint8], at: int, last: int, classes: NDArray[np.uint8]) -> bool:
    if last - at < 15 or not classes[data[at + 1]] & _LETTER:
        return False
    if not (classes[data[at + 2]] & _DIGIT and classes[data[at + 3]] & _DIGIT):
        return False
    place, found, digits, blank = at + 4, 0, 0, False
    while place < last and found < 11:
        is_blank = data[place] == ord(" ") or data[place] == ord("-")
        if (is_blank and blank) or (not is_blank and not classes[data[place]] & (_LETTER | _DIGIT)):
            return False
        found += not is_blank
        digits += classes[data[place]] & _DIGIT != 0
        blank = is_blank
        place += 1
    return found == 11 and digits >= 5


@njit(cache=True, nogil=True)
def _groups(data: NDArray[np.uint8], first: int, at: int, last: int, classes: NDArray[np.uint8]) -> tuple[int, int]:
    """Whether hexadecimal groups around a digit are parted as those of an address, and where they end."""
    begin = at
    while begin > first and (
        classes[data[begin - 1]] & _HEX or data[begin - 1] == ord(":") or data[begin - 1] == ord("-")
    ):
        begin -= 1
    marks, double, end = 0, False, begin
    while end < last and (classes[data[end]] & _HEX or data[end] == ord(":") or data[end] == ord("-")):
        if not classes[data[end]] & _HEX:
            marks += 1
            double = double or (data[end] == ord(":") and end > begin and data[end - 1] == ord(":"))
        end += 1
    return (COLONS if double or marks >= 5 else 0), end


@njit(cache=True, nogil=True)
def _link(data: NDArray[np.uint8], at: int, last: int) -> int:
    while at < last and data[at] > ord(" "):
        if data[at] == ord("@") or data[at] == ord("="):
            return LINK
        at += 1
    return 0


@njit(cache=True, nogil=True)
def _joins_address(before: int, after: int) -> bool:
    return bool(before & _ADDRESS and after & (_LETTER | _DIGIT | _WIDE))


@njit(cache=True, nogil=True)
def _pass_before(data: NDArray[np.uint8], at: int) -> bool:
    p, a, s, t = data[at - 4] | 0x20, data[at - 3] | 0x20, data[at - 2] | 0x20, data[at - 1] | 0x20
    return bool(p == ord("p") and a == ord("a") and s == ord("s") and t == ord("s"))


@njit(cache=True, nogil=True)
def _ends_like_a_secret(data: NDArray[np.uint8], first: int, at: int) -> bool:
    """Whether key, pwd, pass, secret or token ends before `at`, blanks and quotes left out."""
    last = at - 1
    while last >= first and _is_blank_or_quote(data[last]):
        last -= 1
    if last - first < 2:
        return False
    a = data[last - 3] | 0x20 if last - first > 2 else 0
    b, c, d = data[last - 2] | 0x20, data[last - 1] | 0x20, data[last] | 0x20
    return bool(
        (b == ord("k") and c == ord("e") and d == ord("y"))
        or (b == ord("p") and c == ord("w") and d == ord("d"))
        or (a == ord("p") and b == ord("a") and c == ord("s") and d == ord("s"))
        or (a == ord("c") and b == ord("r") and c == ord("e") and d == ord("t"))
        or (a == ord("o") and b == ord("k") and c == ord("e") and d == ord("n"))
    )


@njit(cache=True, nogil=True)
def _value_follows(data: NDArray[np.uint8], at: int, last: int) -> bool:
    """Whether six characters without a blank come after blanks, quotes, = and >."""
    while at < last and (_is_blank_or_quote(data[at]) or data[at] == ord("=") or data[at] == ord(">")):
        at += 1
    return bool(last - at >= 6 and np.all(data[at : at + 6] > ord(" ")))


@njit(cache=True, nogil=True)
def _is_blank_or_quote(byte: int) -> bool:
    return byte == ord(" ") or byte == ord('"') or byte == ord("'") or byte == ord("`")
