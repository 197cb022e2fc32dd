"""Characters that nobody can read, and brackets that nobody closed."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from app.curation.kernels.scanner import decode

_OPENING = (40, 91, 123, 0xFF08, 0x3010, 0x300C, 0x300E)
_CLOSING = (41, 93, 125, 0xFF09, 0x3011, 0x300D, 0x300F)
_REPLACEMENT, _PRIVATE, _LAST_PRIVATE = 0xFFFD, 0xE000, 0xF8FF


@njit(cache=True, nogil=True)
def unreadable_characters(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Control characters other than tab, line feed and carriage return, U+FFFD and characters of private use."""
    found = np.zeros(len(offsets) - 1, np.int64)
    for text in range(len(found)):
        at, last = offsets[text], offsets[text + 1]
        while at < last:
            code = np.int64(data[at])
            if code < 128:
                at += 1
                found[text] += (code < 32 and code not in (9, 10, 13)) or code == 127
                continue
            code, at = decode(data, at)
            found[text] += code < 0xA0 or code == _REPLACEMENT or _PRIVATE <= code <= _LAST_PRIVATE
    return found


@njit(cache=True, nogil=True)
def has_suspects(data: NDArray[np.uint8], offsets: NDArray[np.int64], suspects: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where two suspects stand side by side, or a control character between 0x80 and 0x9F stands alone."""
    found = np.zeros(len(offsets) - 1, np.bool_)
    for text in range(len(found)):
        at, last = offsets[text], offsets[text + 1]
        before = False
        while at < last:
            if data[at] < 128:
                at += 1
                before = False
                continue
            code, at = decode(data, at)
            suspect = code < len(suspects) and suspects[code]
            if code < 0xA0 or (suspect and before):
                found[text] = True
                break
            before = suspect
    return found


@njit(cache=True, nogil=True)
def open_brackets(data: NDArray[np.uint8], offsets: NDArray[np.int64], tail: int) -> NDArray[np.int64]:
    """Per text how many brackets are opened and not closed in its last `tail` bytes; those closed there but opened
    before count 0."""
    found = np.zeros(len(offsets) - 1, np.int64)
    for text in range(len(found)):
        last = offsets[text + 1]
        at = max(offsets[text], last - tail)
        while at < last and data[at] & 0xC0 == 0x80:
            at += 1
        depth = 0
        while at < last:
            code = np.int64(data[at])
            if code < 128:
                at += 1
            else:
                code, at = decode(data, at)
            if code in _OPENING:
                depth += 1
            elif code in _CLOSING:
                depth = max(0, depth - 1)
        found[text] = depth
    return found
