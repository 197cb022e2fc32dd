"""Sequences of 64-bit numbers as one number, the same on every machine and in every run."""

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


def combine(hashes: Hashes, starts: NDArray[np.int64], size: int) -> Hashes:
    """One hash per start for the `size` numbers from there, order included."""
    found = np.zeros(len(starts), np.uint64)
    for offset in range(size):
        found = (found + hashes[starts + offset]) * _MULTIPLIER
        found ^= found >> _HALF
        found *= _MIX
    found ^= found >> _HALF
    return found
