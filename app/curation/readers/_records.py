"""A file's records as they stand in it, whatever their fields."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.readers._limits import Limits
from app.curation.readers._package import is_archive
from app.curation.readers._reader import Broken, Record
from app.curation.readers._refused import FileRefused
from app.curation.readers._stream import Stream
from app.curation.sample import Json


def records(path: Path, name: str | None = None, *, limits: Limits | None = None) -> Iterator[Json | None]:
    """Every record in the file's order; None where one should be and none can be read. FileRefused as in `read`."""
    with Stream(path, name or path.name, limits or Limits()) as stream:
        for item in stream.items():
            if isinstance(item, Broken) and item.code == "is_document" and not is_archive(stream.name):
                raise FileRefused(
                    "unsupported_type", "This is a document. Upload a list of records, such as .jsonl or .csv."
                )
            yield item.value if isinstance(item, Record) else None
