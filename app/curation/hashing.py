"""Words and word sequences as 64-bit numbers, the same on every machine and in every run."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

Hashes = NDArray[np.uint64]

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_MOST_WORDS = 1_000_000


class _Known(dict[str, int]):
    """Hash of every word seen; emptied when it holds a million, so that memory stays bounded."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST_WORDS:
            self.clear()
        value = self[word] = xxh3_64_intdigest(word.encode("utf-8", "surrogatepass"))
        return value


_KNOWN = _Known()


def word_hashes(words: Sequence[str]) -> Hashes:
    """xxh3 of each word's UTF-8."""
    return np.fromiter(map(_KNOWN.__getitem__, words), np.uint64, len(words))


def combine(hashes: Hashes, starts: NDArray[np.int64], size: int) -> Hashes:
    """One hash per start for the `size` numbers from there, order included."""
    found = np.zeros(len(starts), np.uint64)
    for offset in range(size):
        found = (found + hashes[starts + offset]) * _MULTIPLIER
        found ^= found >> _HALF
        found *= _MIX
    found ^= found >> _HALF
    return found
