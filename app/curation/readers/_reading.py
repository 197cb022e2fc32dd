"""A file as samples and refusals: what the rest of the house reads from."""

from collections.abc import Iterator
from pathlib import Path

import orjson

from app.curation.documents.chunking import Chunking
from app.curation.documents.document import Document
from app.curation.readers._cut import as_sample, left_out
from app.curation.readers._documents import Documents
from app.curation.readers._json_items import excerpt_of
from app.curation.readers._limits import Limits
from app.curation.readers._preview import NeedsMapping, Preview, look
from app.curation.readers._reader import Broken, Cut, Item, Record
from app.curation.readers._stream import Stream
from app.curation.sample import Refusal, Sample, Source, turns
from app.curation.shapes import Mapping, Unfit, known, understand

_DEFAULT = Limits()


class Reading:
    """Iterate once: `bytes_done` of `bytes_total` tells how far it is, and every item has a running number from 0.

    Making one looks at the first 100 records, so FileRefused and NeedsMapping come from here and never between items.
    `mapping` is for a file whose records have no known shape; another file is read as what it is.
    `skip` passes over the items with smaller running numbers; the others are the same with and without it.
    Of a document every passage is a sample, but those with a flag, which are refused for it unless `flagged` are wanted.
    """

    def __init__(
        self,
        path: Path,
        name: str | None = None,
        *,
        mapping: Mapping | None = None,
        limits: Limits = _DEFAULT,
        skip: int = 0,
        documents: Documents | None = None,
        flagged: bool = False,
    ) -> None:
        self._path, self._name = path, name or path.name
        self._mapping, self._limits, self._skip = mapping, limits, skip
        self._documents, self._flagged = documents or Documents(), flagged
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

    @property
    def document(self) -> Document | None:
        """The one that the last item belongs to."""
        return self._stream.document if self._stream else None

    def ended_documents(self) -> list[tuple[str, int]]:
        """Names of the documents that were read to their end since the last call, with the number of their items."""
        if self._stream is None:
            return []
        found, self._stream.ended = self._stream.ended, []
        return found

    def __iter__(self) -> Iterator[Sample | Refusal]:
        with Stream(self._path, self._name, self._limits, self._documents) as stream:
            self._stream = stream
            for item in stream.items(self._skip):
                yield self._judged(item, stream.file)

    def _judged(self, item: Item, file: str) -> Sample | Refusal:
        source = Source(file, item.position, item.line, item.offset)
        if isinstance(item, Broken):
            return Refusal(source, item.code, item.message, item.excerpt)
        if isinstance(item, Cut) and item.passage.flag and not self._flagged:
            return left_out(item, source)
        try:
            sample = as_sample(item, source) if isinstance(item, Cut) else self._sample(item, source)
            self._refuse_too_long(sample, None if isinstance(item, Cut) else item.size)
            return sample
        except Unfit as unfit:
            return Refusal(source, unfit.code, unfit.message, _excerpt(item))

    def _sample(self, record: Record, source: Source) -> Sample:
        if self._mapping is not None and self._shape is None:
            return self._mapping.to_sample(record.value, source)
        return understand(record.value, source, self._shape)

    def _refuse_too_long(self, sample: Sample, size: int | None) -> None:
        limit = self._limits.text
        if size is not None and size <= limit:
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
    chunking: Chunking | None = None,
) -> Iterator[Sample | Refusal]:
    """Samples and refusals in the file's order, from running number `skip` on. FileRefused, NeedsMapping: at once."""
    documents = Documents(chunking or Chunking())
    return iter(Reading(path, name, mapping=mapping, limits=limits, skip=skip, documents=documents))


def _excerpt(item: Record | Cut) -> str:
    return item.passage.text[:200] if isinstance(item, Cut) else excerpt_of(orjson.dumps(item.value))
