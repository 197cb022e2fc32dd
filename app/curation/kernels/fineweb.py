"""The counts of FineWeb's rules, as datatrove 0.10 defines them, for many texts."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from app.curation.english import TERMINAL
from app.curation.kernels.affixes import Classes, Codes, kind
from app.curation.kernels.duplicates import Hashes, bits_for, duplicates
from app.curation.kernels.lines import strip

Places = NDArray[np.int64]


@njit(cache=True, nogil=True)
def count_lines(
    codes: Codes,
    offsets: Places,
    classes: Classes,
    starts: Places,
    ends: Places,
    hashes: Hashes,
    firsts: Places,
    words: Places,
    short: int,
) -> NDArray[np.float64]:
    """Per text the shares of lines that end in an end mark, of short lines, of characters in lines that came before,
    and newlines per word. Blank lines count in the last alone.
    """
    most = np.max(np.diff(firsts)) if len(firsts) > 1 else 0
    keys, sizes = np.empty(most, np.uint64), np.empty(most, np.int64)
    table = np.empty(1 << bits_for(most), np.uint64)
    found = np.zeros((len(firsts) - 1, 4))
    for text in range(len(found)):
        lines, closed, small, characters = 0, 0, 0, 0
        for line in range(firsts[text], firsts[text + 1]):
            lo, hi = strip(codes, starts[line], ends[line], classes)
            size = ends[line] - starts[line]
            characters += size
            if lo == hi:
                continue
            keys[lines], sizes[lines] = hashes[line], size
            lines += 1
            closed += kind(codes[ends[line] - 1], classes) & TERMINAL != 0
            small += size <= short
        newlines = offsets[text + 1] - offsets[text] - characters
        repeated = duplicates(keys[:lines], sizes[:lines], table)[1]
        found[text, 0], found[text, 1] = closed / max(1, lines), small / max(1, lines)
        found[text, 2], found[text, 3] = repeated / max(1, characters), newlines / max(1, words[text])
    return found
