"""A first look at a file: its format, its shape, its columns and a few rows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from app.curation.readers._limits import Limits
from app.curation.readers._reader import Record
from app.curation.readers._stream import Stream
from app.curation.sample import Json, Source
from app.curation.shapes import Shape, Unfit, known

LOOKED_AT = 100
_MOST_COLUMNS = 200
_ONLY_BAD = {"null_text", "empty_record"}
"""Complaints about a record that has a known shape all the same; others may be cured by mapping the columns."""


@dataclass(frozen=True, slots=True)
class Preview:
    """`shape` is None where no record of the first 100 has a known one; `columns` are names or dotted paths.

    `has_documents`: one of the first hundred items is a document, which has neither.
    """

    shape: str | None
    columns: list[str]
    rows: list[Json]
    format: str
    has_documents: bool = False


class NeedsMapping(Exception):
    """No record of the file's beginning has a known shape: the user must say which column holds what."""

    def __init__(self, seen: Preview, file: str = "this file") -> None:
        super().__init__(
            f"The fields of {file} are not known ({', '.join(seen.columns[:20])}). "
            "Say which column holds the question and which the answer."
        )
        self.preview = seen
        self.columns = seen.columns
        self.rows = seen.rows


def preview(path: Path, name: str | None = None, rows: int = 5, *, limits: Limits | None = None) -> Preview:
    """Reads at most 100 records. FileRefused where the file cannot be read at all."""
    with Stream(path, name or path.name, limits or Limits()) as stream:
        return look(stream, rows)


def look(stream: Stream, rows: int = 5) -> Preview:
    """The preview of an opened file, from its first 100 records and broken places."""
    values: list[Json] = []
    columns: dict[str, None] = {}
    counts: Counter[str] = Counter()
    for item in islice(stream.items(), LOOKED_AT):
        if isinstance(item, Record):
            counts.update(_shape_of(item.value))
            columns.update(dict.fromkeys(islice(_columns(item.value), _MOST_COLUMNS)))
            values += [item.value] if len(values) < rows else []
    best = max(counts, key=lambda name: counts[name], default=None)
    return Preview(best, list(columns)[:_MOST_COLUMNS], values, stream.format, stream.has_documents)


def _shape_of(record: Json) -> list[str]:
    """The one shape that reads the record, or would if its texts were not null or empty."""
    for shape in known().values():
        if shape.claims(record) and _fits(shape, record):
            return [shape.name]
    return []


def _fits(shape: Shape, record: Json) -> bool:
    try:
        shape.to_sample(record, Source("", 0))
    except Unfit as unfit:
        return unfit.code in _ONLY_BAD
    return True


def _columns(value: Any, path: str = "", depth: int = 0) -> Iterator[str]:
    """Names of the record's fields; of nested objects, and of the first object in a list, as dotted paths."""
    if isinstance(value, list) and value and depth < 4:
        yield from _columns(value[0], f"{path}.0", depth + 1)
    if not isinstance(value, dict) or depth >= 4:
        return
    for key, part in value.items():
        here = f"{path}.{key}" if path else key
        yield here
        yield from _columns(part, here, depth + 1)
