"""Rows that are equal, found by sorting."""

import numpy as np
from numpy.typing import NDArray


def first_equal(rows: NDArray[np.uint32]) -> NDArray[np.int64]:
    """For each row of four numbers the index of the first row that equals it."""
    keys = np.ascontiguousarray(rows).view(np.uint64).reshape(len(rows), -1)
    order = np.lexsort((np.arange(len(rows)), *keys.T))
    starts = np.ones(len(rows), np.bool_)
    starts[1:] = (keys[order[1:]] != keys[order[:-1]]).any(axis=1)
    found = np.empty(len(rows), np.int64)
    found[order] = order[starts][np.cumsum(starts) - 1]
    return found
