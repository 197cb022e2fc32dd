"""Many texts as one row of code points: position `i` is character `i`, so a span is a slice of the text."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Points:
    """`codes` (uint32) holds the characters of all texts one after another; text `t` is ``codes[offsets[t]:offsets[t + 1]]``.

    `is_ascii` tells the texts without any other character.
    """

    def __init__(self, codes: NDArray[np.uint32], offsets: NDArray[np.int64], is_ascii: NDArray[np.bool_]) -> None:
        self.codes = codes
        self.offsets = offsets
        self.is_ascii = is_ascii

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Points":
        """Copies the texts, four bytes per character."""
        codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
        offsets = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
        return cls(codes, offsets, np.fromiter(map(str.isascii, texts), np.bool_, len(texts)))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Characters of each text."""
        return np.diff(self.offsets)

    def span(self, first: int, last: int) -> str:
        """The characters from `first` to before `last`, counted over all texts."""
        return self.codes[first:last].tobytes().decode("utf-32-le", "surrogatepass")
