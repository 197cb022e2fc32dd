"""Samples on disk between two passes: written once in order, read again in order or by row number."""

from array import array
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
import orjson

from app.curation.batch import Batch
from app.curation.deduplicator import Signatures
from app.curation.sample import Form, Json, Sample, Source


class Spooled(NamedTuple):
    """A sample and the reasons against it."""

    sample: Sample
    reasons: list[Json]


class Spool:
    """Memory grows by 24 bytes per sample; texts and signatures stay in unnamed files that vanish with the process."""

    def __init__(self, directory: str) -> None:
        self._texts = TemporaryFile(dir=directory)  # noqa: SIM115 - closed with the spool
        self._signatures: dict[str, _Table] = {}
        self._directory = directory
        self._end = 0
        self._offsets = array("q")
        self._places = array("q")
        self._files: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._texts.close()
        for table in self._signatures.values():
            table.close()

    def __len__(self) -> int:
        return len(self._offsets)

    def add(self, sample: Sample, reasons: list[Json]) -> None:
        source = sample.source
        self._offsets.append(self._end)
        self._places.extend((self._file(source.file), source.position))
        place = [source.file, source.position, source.line, source.offset]
        line = orjson.dumps(
            [sample.form, sample.content, place, sample.metadata, reasons], option=orjson.OPT_APPEND_NEWLINE
        )
        self._end += self._texts.write(line)

    def id(self, row: int) -> str:
        """The sample's id, without reading it."""
        return f"{self._files[self._places[2 * row]]}:{self._places[2 * row + 1]}"

    def sign(self, key: str, signatures: Signatures) -> None:
        """Adds rows to the table of this deduplicator."""
        self._signatures.setdefault(key, _Table(self._directory, signatures.shape[1])).add(signatures)

    def signatures(self, key: str, width: int) -> Signatures:
        """All rows of the table, read from disk as they are needed."""
        table = self._signatures.get(key)
        return table.view() if table else np.empty((0, width), np.uint32)

    def batch(self, rows: Sequence[int]) -> Batch:
        """The samples with these row numbers, in the order given."""
        return Batch([self._at(row).sample for row in rows])

    def __iter__(self) -> Iterator[Spooled]:
        """Everything in the order it came."""
        self._texts.seek(0)
        return map(_parsed, self._texts)

    def _file(self, name: str) -> int:
        """The number of a file; records come file by file."""
        if not self._files or self._files[-1] != name:
            self._files.append(name)
        return len(self._files) - 1

    def _at(self, row: int) -> Spooled:
        self._texts.seek(self._offsets[row])
        return _parsed(self._texts.readline())


class _Table:
    def __init__(self, directory: str, width: int) -> None:
        self._file = TemporaryFile(dir=directory)  # noqa: SIM115 - closed with the spool
        self._width = width

    def add(self, rows: Signatures) -> None:
        self._file.write(np.ascontiguousarray(rows, np.uint32).tobytes())

    def view(self) -> Signatures:
        self._file.flush()
        if not self._file.tell():
            return np.empty((0, self._width), np.uint32)
        return np.memmap(self._file, np.uint32, "r").reshape(-1, self._width)

    def close(self) -> None:
        self._file.close()


def _parsed(line: bytes) -> Spooled:
    form, content, place, metadata, reasons = orjson.loads(line)
    return Spooled(Sample(Form(form), content, Source(*place), metadata), reasons)
