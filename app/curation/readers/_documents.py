"""Documents among the files that are read: spooled, hashed, read by a child process, and cut into passages."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from app.curation.documents.chunking import Answered, Chunking, Piece, passages
from app.curation.documents.document import Document, Fault
from app.curation.documents.elements import elements
from app.curation.documents.format import Unreadable, format_of, known
from app.curation.readers._data import Data
from app.curation.readers._limits import KIB, MIB, Limits
from app.curation.readers._reader import Broken, Cut, Item, Reader
from app.curation.readers._refused import FileRefused

NO_TEXT = "There is no text in this document. If it shows pictures of pages, have them recognised (OCR) first."
_HEAD = 64 * KIB


def _ignore(document: Document, path: Path) -> None:
    pass


def _alive() -> None:
    pass


@dataclass(frozen=True)
class Documents:
    """What to do with documents.

    `finished` says how many items a document had that was read before: it is passed over unread where all of them are.
    `opened` is told of each document before it is read, with a file that holds its bytes until the next one is.
    `alive` is asked now and then while a child works; what it raises ends the work.
    """

    chunking: Chunking = field(default_factory=Chunking)
    finished: Mapping[str, int] = field(default_factory=dict)
    opened: Callable[[Document, Path], None] = _ignore
    alive: Callable[[], None] = _alive


def is_document(name: str) -> bool:
    """Whether some format reads files of this name."""
    return name.lower().endswith(suffixes())


def suffixes() -> tuple[str, ...]:
    """Of all formats."""
    return tuple(dict.fromkeys(suffix for one in known().values() for suffix in one.suffixes))


def format_for(name: str, data: Data, key: str = "") -> str:
    """The key of the format that reads this. FileRefused where none does."""
    head = data.head(_HEAD)
    if not head:
        raise FileRefused("empty_file", "The file is empty. Upload one that holds text.")
    found = key or format_of(name, head)
    if found is None:
        raise FileRefused("type_mismatch", "The content is not what the name says. Upload it under its right name.")
    return found


def document_format(name: str, data: Data) -> str | None:
    """The key of the format that claims a file of records; None where it is what its name says."""
    try:
        return format_of(name, data.head(_HEAD))
    except FileRefused:  # the reader will say so
        return None


class DocumentReader(Reader):
    """Reads one document; `key` names its format where its beginning does not tell."""

    suffixes = ()

    def __init__(self, limits: Limits, name: str, documents: Documents, key: str = "") -> None:
        super().__init__(limits)
        self.document: Document | None = None
        self._name, self._documents, self._key = name, documents, key

    def items(self, data: Data, skip: int) -> Iterator[Item]:
        key = format_for(self._name, data, self._key)
        with _spooled(data) as (path, sha256, size):
            self.document = Document(self._name, key, sha256, size)
            self._documents.opened(self.document, path)
            yield from (item for item in self._pieces(self.document, path) if item.position >= skip)

    def _pieces(self, document: Document, path: Path) -> Iterator[Item]:
        alive = self._documents.alive
        try:
            for piece in passages(
                elements(document.format, path, document.name, alive=alive), document, self._documents.chunking
            ):
                yield self._item(piece, document)
            if self.position == 0:
                raise Unreadable("no_text", NO_TEXT)
        except Unreadable as refused:
            stopped = f" Reading stopped after {self.position:,} passages." if self.position else ""
            yield Broken(refused.code, refused.message + stopped, self.take())

    def _item(self, piece: Piece, document: Document) -> Item:
        if isinstance(piece, Fault):
            page = f"Page {piece.page}: " if piece.page is not None else ""
            return Broken(piece.code, page + piece.message, self.take(), excerpt=piece.excerpt[:200])
        passage = piece.passage if isinstance(piece, Answered) else piece
        done = passage.last_page, document.facts.pages
        self.own_share = min(done[0] / done[1] if done[0] and done[1] else passage.end / document.size, 1.0)
        return Cut(passage, piece.exchange if isinstance(piece, Answered) else None, self.take())


@contextmanager
def _spooled(data: Data) -> Iterator[tuple[Path, str, int]]:
    """The bytes as a file with a name of ours, their hash and their number; a plain file is read where it is."""
    if data.path is not None:
        with data.path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            yield data.path, sha256, file.tell()
        return
    with TemporaryDirectory(prefix="winnow-") as folder:
        path, hashed, size = Path(folder, "document"), hashlib.sha256(), 0
        with path.open("wb") as copy:
            while chunk := data.read(MIB):
                copy.write(chunk)
                hashed.update(chunk)
                size += len(chunk)
        yield path, hashed.hexdigest(), size
