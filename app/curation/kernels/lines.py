"""Lines of many texts: where they begin and end, and a hash of each."""

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from app.curation.english import SPACE
from app.curation.kernels.affixes import Classes, Codes, kind
from app.curation.kernels.polynomial import PRIME

Places = NDArray[np.int64]
_NEWLINE, _RETURN = 0x0A, 0x0D


@njit(cache=True, nogil=True, inline="always")
def _is_break(code: int) -> bool:
    """What `str.splitlines` takes for the end of a line, beside the newline itself."""
    return 0x0B <= code <= 0x0D or 0x1C <= code <= 0x1E or code == 0x85 or code == 0x2028 or code == 0x2029


@njit(cache=True, nogil=True)
def cut_lines(
    codes: Codes, offsets: Places, all_breaks: bool
) -> tuple[Places, Places, NDArray[np.uint64], Places, bool]:
    """Starts, ends and hashes of all lines, the first line of each text, whether there are breaks beside the newline.

    As `str.splitlines` cuts, or at newlines alone; a newline at the very end begins no further line.
    """
    most = offsets[-1] - offsets[0] + len(offsets)
    starts, ends, hashes = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.uint64)
    firsts = np.zeros(len(offsets), np.int64)
    count, others = 0, False
    for text in range(len(offsets) - 1):
        at, last = offsets[text], offsets[text + 1]
        while at < last:
            starts[count] = at
            value = uint64(0)
            while at < last:
                code = codes[at]
                if code < 0x20 or code > 0x7E:
                    other = _is_break(code)
                    others |= other
                    if code == _NEWLINE or (all_breaks and other):
                        break
                value = value * PRIME + uint64(code) + uint64(1)
                at += 1
            ends[count], hashes[count] = at, value
            count += 1
            at += 2 if at + 1 < last and codes[at] == _RETURN and codes[at + 1] == _NEWLINE else 1
        firsts[text + 1] = count
    return starts[:count].copy(), ends[:count].copy(), hashes[:count].copy(), firsts, others


@njit(cache=True, nogil=True)
def strip(codes: Codes, lo: int, hi: int, classes: Classes) -> tuple[int, int]:
    """The span without the blanks around it."""
    while lo < hi and kind(codes[lo], classes) & SPACE:
        lo += 1
    while lo < hi and kind(codes[hi - 1], classes) & SPACE:
        hi -= 1
    return lo, hi


@njit(cache=True, nogil=True, inline="always")
def ends_in_ellipsis(codes: Codes, lo: int, hi: int) -> bool:
    """Whether the span ends in three dots or the sign for them."""
    if hi - lo >= 3 and codes[hi - 1] == 0x2E and codes[hi - 2] == 0x2E and codes[hi - 3] == 0x2E:
        return True
    return hi > lo and codes[hi - 1] == 0x2026
