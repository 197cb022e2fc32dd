"""Hashes of character sequences that can be joined: the hash of two spans in a row follows from those of each."""

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

PRIME = np.uint64(0x9E3779B97F4A7C55)


@njit(cache=True, nogil=True)
def hash_of(codes: NDArray[np.uint32], first: int, last: int) -> np.uint64:
    """Horner's scheme modulo 2**64: ``hash(ab) = hash(a) * PRIME ** len(b) + hash(b)``; 0 only for nothing."""
    value = uint64(0)
    for at in range(first, last):
        value = value * PRIME + uint64(codes[at]) + uint64(1)
    return value


@njit(cache=True, nogil=True)
def power(exponent: int, base: np.uint64) -> np.uint64:
    """``base ** exponent`` modulo 2**64: what a hash is multiplied with when so many characters follow."""
    value = uint64(1)
    while exponent:
        if exponent & 1:
            value *= base
        base *= base
        exponent >>= 1
    return value
