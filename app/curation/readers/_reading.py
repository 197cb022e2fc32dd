"""A file as samples and refusals: what the rest of the house reads from."""

from collections.abc import Iterator
from pathlib import Path

import orjson

from app.curation.readers._json_items import excerpt_of
from app.curation.readers._limits import Limits
from app.curation.readers._preview import NeedsMapping, Preview, look
from app.curation.readers._reader import Broken, Item, Record
from app.curation.readers._stream import Stream
from app.curation.sample import Refusal, Sample, Source, turns
from app.curation.shapes import Mapping, Unfit, known, understand

_DEFAULT = Limits()


class Reading:
    """Iterate once: `bytes_done` of `bytes_total` tells how far it is, and every item has a running number from 0.

    Making one looks at the first 100 records, so FileRefused and NeedsMapping come from here and never between items.
    `mapping` is for a file whose records have no known shape; another file is read as what it is.
    `skip` passes over the items with smaller running numbers; the others are the same with and without it.
    """

    def __init__(
        self,
        path: Path,
        name: str | None = None,
        *,
        mapping: Mapping | None = None,
        limits: Limits = _DEFAULT,
        skip: int = 0,
    ) -> None:
        self._path, self._name = path, name or path.name
        self._mapping, self._limits, self._skip = mapping, limits, skip
        with Stream(path, self._name, limits) as stream:
            self.preview: Preview = look(stream)
        if mapping is None and self.preview.shape is None and self.preview.columns:
            raise NeedsMapping(self.preview, self._name)
        self._shape = known()[self.preview.shape] if self.preview.shape else None
        self.bytes_total = path.stat().st_size
        self._stream: Stream | None = None

    @property
    def bytes_done(self) -> int:
        """Bytes of the file as it is stored, packed or not."""
        return self._stream.bytes_done if self._stream else 0

    def __iter__(self) -> Iterator[Sample | Refusal]:
        with Stream(self._path, self._name, self._limits) as stream:
            self._stream = stream
            for item in stream.items(self._skip):
                yield self._judged(item, stream.file)

    def _judged(self, item: Item, file: str) -> Sample | Refusal:
        source = Source(file, item.position, item.line, item.offset)
        if isinstance(item, Broken):
            return Refusal(source, item.code, item.message, item.excerpt)
        try:
            sample = self._sample(item, source)
            self._refuse_too_long(sample, item)
            return sample
        except Unfit as unfit:
            return Refusal(source, unfit.code, unfit.message, _excerpt(item))

    def _sample(self, record: Record, source: Source) -> Sample:
        if self._mapping is not None and self._shape is None:
            return self._mapping.to_sample(record.value, source)
        return understand(record.value, source, self._shape)

    def _refuse_too_long(self, sample: Sample, record: Record) -> None:
        limit = self._limits.text
        if record.size is not None and record.size <= limit:
            return
        if sum(len(turn.text.encode()) for turn in turns(sample.form, sample.content)) > limit:
            raise Unfit("too_long", f"The texts are longer than {limit >> 20:,} MiB together. Split the record.")


def read(
    path: Path,
    name: str | None = None,
    *,
    mapping: Mapping | None = None,
    limits: Limits = _DEFAULT,
    skip: int = 0,
) -> Iterator[Sample | Refusal]:
    """Samples and refusals in the file's order, from running number `skip` on. FileRefused, NeedsMapping: at once."""
    return iter(Reading(path, name, mapping=mapping, limits=limits, skip=skip))


def _excerpt(record: Record) -> str:
    return excerpt_of(orjson.dumps(record.value))
