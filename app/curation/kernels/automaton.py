"""Many literal strings looked for in many texts at once (Aho and Corasick, 1975)."""

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def seen(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    symbols: NDArray[np.int32],
    following: NDArray[np.int32],
    shift: int,
    reports: NDArray[np.uint64],
) -> NDArray[np.uint64]:
    """Per text the union of the reports of all states met.

    `following` holds a row of 2 ** shift next states for each state, by symbol.
    """
    found = np.zeros(len(offsets) - 1, np.uint64)
    for text in range(len(found)):
        state = np.int32(0)
        union = np.uint64(0)
        for at in range(offsets[text], offsets[text + 1]):
            state = following[(state << shift) + symbols[data[at]]]
            union |= reports[state]
        found[text] = union
    return found
