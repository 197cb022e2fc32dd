"""Many texts as one buffer of UTF-8, the way Arrow keeps them: compiled code reads it without an object per text."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Texts:
    """`data` holds the UTF-8 of all texts one after another, `offsets` (texts + 1) where each begins and ends.

    A lone surrogate is written as three bytes, so that every Python string has a form and comes back as it was.
    """

    def __init__(self, data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> None:
        self.data = data
        self.offsets = offsets

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Texts":
        """Copies the texts."""
        return cls.of_bytes([text.encode("utf-8", "surrogatepass") for text in texts])

    @classmethod
    def of_bytes(cls, parts: Sequence[bytes]) -> "Texts":
        """Copies texts that are UTF-8 already."""
        return cls(_bytes(b"".join(parts)), _offsets(map(len, parts), len(parts)))

    @classmethod
    def of_arrow(cls, array: Any) -> "Texts":
        """The buffers of a pyarrow string array, not copied where they are large strings in one chunk; null is empty."""
        import pyarrow as pa

        chunk = pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array
        chunk = chunk.fill_null("") if chunk.null_count else chunk
        chunk = chunk.cast(pa.large_string())
        _, offsets, data = chunk.buffers()
        first, last = chunk.offset, chunk.offset + len(chunk) + 1
        places = np.frombuffer(offsets, np.int64)[first:last] if len(chunk) else np.zeros(1, np.int64)
        return cls(np.frombuffer(data or b"", np.uint8), places)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> str:
        return self.raw(row).decode("utf-8", "surrogatepass")

    def raw(self, row: int) -> bytes:
        """One text as UTF-8."""
        return self.data[self.offsets[row] : self.offsets[row + 1]].tobytes()

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Bytes of each text."""
        return np.diff(self.offsets)

    def take(self, rows: NDArray[np.int64]) -> "Texts":
        """A copy of some texts, in the order of `rows`."""
        lengths = self.lengths[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[rows] - offsets[:-1], lengths)
        return Texts(self.data[places], offsets)


def _bytes(data: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(data, np.uint8)


def _offsets(lengths: Iterable[int], count: int) -> NDArray[np.int64]:
    offsets = np.zeros(count + 1, np.int64)
    np.cumsum(np.fromiter(lengths, np.int64, count), out=offsets[1:])
    return offsets
