"""The lines of many texts as flat arrays."""

import numpy as np
from numpy.typing import NDArray

from app.curation.kernels.lines import cut_lines
from app.curation.points import Points


class Lines:
    """Line `i` is ``points.span(starts[i], ends[i])``; text `t` owns those from ``firsts[t]`` to ``firsts[t + 1]``.

    `has_other_breaks` says whether lines can end in something else than a newline, as for `str.splitlines`.
    """

    def __init__(self, points: Points, *, all_breaks: bool = False) -> None:
        found = cut_lines(points.codes, points.offsets, all_breaks)
        self.starts: NDArray[np.int64] = found[0]
        self.ends: NDArray[np.int64] = found[1]
        self.hashes: NDArray[np.uint64] = found[2]
        self.firsts: NDArray[np.int64] = found[3]
        self.has_other_breaks: bool = found[4]
