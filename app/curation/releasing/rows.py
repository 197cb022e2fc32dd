"""The rows of a release's file as records, whatever its kind."""

import csv
import io
import shutil
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Any, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from app.curation.sample import Json

_SEPARATORS = {"csv": ",", "tsv": "\t"}
_AT_ONCE = 1_000


def rows(name: str, stream: IO[bytes]) -> Iterator[Json]:
    """One after the other; nothing for kinds that hold no rows."""
    plain = name.removesuffix(".zst")
    if plain != name:
        stream = cast("IO[bytes]", pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd"))
    suffix = plain.rpartition(".")[2]
    if suffix == "jsonl":
        yield from map(orjson.loads, _lines(stream))
    elif suffix in _SEPARATORS:
        text = io.StringIO(stream.read().decode(), newline="")
        yield from csv.DictReader(text, delimiter=_SEPARATORS[suffix])
    elif suffix == "parquet":
        yield from _in_parquet(stream)


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    left = b""
    while chunk := stream.read(1 << 20):
        *whole, left = (left + chunk).split(b"\n")
        yield from filter(None, whole)
    if left:
        yield left


def _in_parquet(stream: IO[bytes]) -> Iterator[Json]:
    """Its footer stands at the end, so that a file of its own is needed where the stream only goes forward."""
    with TemporaryFile() as file:
        shutil.copyfileobj(stream, file)
        file.seek(0)
        opened: Any = pq.ParquetFile(file)
        for batch in opened.iter_batches(_AT_ONCE):
            yield from batch.to_pylist()
