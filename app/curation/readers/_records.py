"""A file's records as they stand in it, whatever their fields."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.readers._limits import Limits
from app.curation.readers._reader import Record
from app.curation.readers._stream import Stream
from app.curation.sample import Json


def records(path: Path, name: str | None = None, *, limits: Limits | None = None) -> Iterator[Json | None]:
    """Every record in the file's order; None where one should be and none can be read. FileRefused as in `read`."""
    with Stream(path, name or path.name, limits or Limits()) as stream:
        for item in stream.items():
            yield item.value if isinstance(item, Record) else None
