"""One pass over a file: the items of all its parts, numbered through, with progress in bytes."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from app.curation.documents.document import Document
from app.curation.readers._documents import DocumentReader, Documents, format_for
from app.curation.readers._limits import Limits
from app.curation.readers._package import Part, Unread, is_archive, known, pieces
from app.curation.readers._reader import Broken, Item, Reader
from app.curation.readers._refused import FileRefused


class Stream:
    """Use as a context manager. `file` and `format` are those of the part being read.

    Without `documents`, one is an item that says so, and is not opened.
    """

    def __init__(self, path: Path, name: str, limits: Limits, documents: Documents | None = None) -> None:
        self.name = name
        self.file = name
        self.format = ""
        self.bytes_total = path.stat().st_size
        self.has_documents = False
        self.ended: list[tuple[str, int]] = []
        """Documents read to their end since somebody last looked, with the number of their items."""
        self._limits = limits
        self._documents = documents
        self._begun = 0
        self._handle = path.open("rb")
        self._reader: Reader | None = None
        self._passed = 0
        self._finished = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._handle.close()

    @property
    def bytes_done(self) -> int:
        """How far into the file, packed as it is; all of it once everything was passed."""
        if self._finished:
            return self.bytes_total
        if self._reader is not None and self._reader.share is not None:
            return int(self._reader.share * self.bytes_total)
        if self._handle.closed or self._reader is None:
            return self._begun
        passed = min(self._handle.tell(), self.bytes_total)
        if isinstance(self._reader, DocumentReader):
            whole = passed if self._is_archive else self.bytes_total
            return self._begun + max(0, int((self._reader.own_share or 0.0) * (whole - self._begun)))
        return passed

    @property
    def document(self) -> Document | None:
        """The one that the last item belongs to."""
        return self._reader.document if isinstance(self._reader, DocumentReader) else None

    def items(self, skip: int = 0) -> Iterator[Item]:
        """Items from number `skip` on. FileRefused only before the first; later trouble is a last item."""
        try:
            for piece in pieces(self._handle, self.name, self._limits):
                self.file = piece.name
                yield from self._part(piece, skip) if isinstance(piece, Part) else self._unread(piece, skip)
        except FileRefused as refused:
            if self._passed == 0:
                raise
            yield from self._stopped(refused, 0, skip)
        self._finished = True

    def _unread(self, piece: Unread, skip: int) -> Iterator[Item]:
        self._reader = None
        return self._noted(Broken(piece.code, piece.message, 0), skip)

    def _part(self, part: Part, skip: int) -> Iterator[Item]:
        self.format = part.format
        if not part.is_document:
            yield from self._read(part, known()[part.format](self._limits), skip)
            return
        self.has_documents, self._reader = True, None
        if self._documents is None:
            if not self._is_archive:
                format_for(part.own_name, part.open(), part.format)
            yield from self._noted(Broken("is_document", "This is a document, not a list of records.", 0), skip)
            return
        items = self._documents.finished.get(part.own_name)
        if items is not None and self._passed + items <= skip:
            self._passed += items
            return
        before = self._passed
        reader = DocumentReader(self._limits, part.own_name, self._documents, part.format)
        yield from self._read(part, reader, skip)
        self._reader = None
        self.ended.append((part.own_name, self._passed - before))

    def _read(self, part: Part, reader: Reader, skip: int) -> Iterator[Item]:
        self._reader = reader
        refused = None
        try:
            yield from reader.items(part.open(), max(skip - self._passed, 0))
        except FileRefused as refusal:
            refused = refusal
        self._passed += reader.position
        self._begun = self._begun if self._handle.closed else min(self._handle.tell(), self.bytes_total)
        if refused is None and reader.position == 0:
            refused = FileRefused("no_records", "The file holds no records. Upload one that does.")
        if refused is not None:
            yield from self._ended(refused, reader.position, skip)

    def _ended(self, refused: FileRefused, position: int, skip: int) -> Iterator[Item]:
        """Trouble in one member does not keep the others from being read; a bomb does."""
        if position == 0 and not self._is_archive:
            raise refused
        if refused.code == "unpacked_too_large" and self._is_archive:
            raise refused
        yield from self._stopped(refused, position, skip)

    @property
    def _is_archive(self) -> bool:
        return is_archive(self.name)

    def _stopped(self, refused: FileRefused, position: int, skip: int) -> Iterator[Item]:
        where = f" Reading stopped after {position:,} records." if position else ""
        return self._noted(Broken(refused.code, refused.message + where, position), skip)

    def _noted(self, broken: Broken, skip: int) -> Iterator[Item]:
        """An item of our own making, counted like any other."""
        self._passed += 1
        if self._passed > skip:
            yield broken
