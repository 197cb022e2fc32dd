"""Writers of the files of a release: the bytes depend on the rows alone."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import IO, Self

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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.close()


class JsonLines(Writer):
    """One JSON object per line. Fields keep the order that the row has."""

    def write(self, row: Json) -> None:
        self.write_all([row])

    def write_all(self, rows: Sequence[Json]) -> None:
        self.file.write(b"".join([orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows]))
        self.rows += len(rows)


WRITERS: dict[str, type[Writer]] = {"jsonl": JsonLines}
"""By the suffix of the file."""


class Compressed:
    """A file that holds what is written to it as Zstandard; closing it leaves the inner file open."""

    def __init__(self, file: IO[bytes]) -> None:
        self._sink = pa.PythonFile(file, mode="w")
        self._stream = pa.CompressedOutputStream(self._sink, "zstd")

    def write(self, chunk: bytes) -> int:
        return int(self._stream.write(chunk) or 0)

    def close(self) -> None:
        self._stream.close()
