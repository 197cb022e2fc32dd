"""Writers of the files of a release: the bytes depend on the rows alone."""

import io
from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import IO, Any, Self

import orjson
import pyarrow as pa

from app.curation.sample import Json


class Writer(ABC):
    """Writes rows into a binary file that the caller opened; `with` closes the writer, not the file."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.rows = 0

    @abstractmethod
    def write(self, row: Json) -> None:
        """Append a row."""

    def write_all(self, rows: Sequence[Json]) -> None:
        """Append rows."""
        for row in rows:
            self.write(row)

    def close(self) -> None:  # noqa: B027 - most hold nothing back
        """Write what is still held back."""

    def forget(self) -> None:  # noqa: B027 - most hold nothing back
        """Throw away what is held back: the file will not be kept."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if kind is None:
                self.close()
        finally:
            self.forget()


class JsonLines(Writer):
    """One JSON object per line. Fields keep the order that the row has."""

    def write(self, row: Json) -> None:
        self.write_all([row])

    def write_all(self, rows: Sequence[Json]) -> None:
        self.file.write(b"".join([orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows]))
        self.rows += len(rows)


class Sink(io.RawIOBase):
    """What Arrow asks of a file, around one that can only be written to and stays open."""

    def __init__(self, file: IO[bytes]) -> None:
        self._inner: IO[bytes] | None = file

    def writable(self) -> bool:
        return True

    def write(self, chunk: Any, /) -> int:
        data = bytes(chunk)
        if self._inner:
            self._inner.write(data)
        return len(data)

    def forget(self) -> None:
        """Write nothing any more, whatever still comes."""
        self._inner = None


class Compressed:
    """A file that holds what is written to it as Zstandard; closing it leaves the inner file open.

    Without `close` the inner file gets nothing more, not even when this is thrown away later.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._sink = Sink(file)
        self._stream = pa.CompressedOutputStream(pa.PythonFile(self._sink, mode="w"), "zstd")

    def write(self, chunk: bytes) -> int:
        self._stream.write(chunk)
        return len(chunk)

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.close()
        self._sink.forget()
