"""The contract of a reader: the bytes of one file in, its records out, in order, each with its place."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from app.curation.documents.document import Exchange, Passage
from app.curation.readers._data import Data
from app.curation.readers._limits import Limits
from app.curation.sample import Json


@dataclass(slots=True)
class Record:
    """One object or table row. `size` is its length in the file in bytes, None where the format does not tell."""

    value: Json
    position: int
    line: int | None = None
    offset: int | None = None
    size: int | None = None


@dataclass(slots=True)
class Broken:
    """A place where a record should be and none can be read."""

    code: str
    message: str
    position: int
    line: int | None = None
    offset: int | None = None
    excerpt: str = ""


@dataclass(slots=True)
class Cut:
    """A passage of a document, and the question with its answer that stands in it ready to be a sample."""

    passage: Passage
    exchange: Exchange | None
    position: int
    line: None = None
    offset: None = None


Item: TypeAlias = Record | Broken | Cut


class Reader(ABC):
    """Reads one file (or archive member) once. `position` counts the items passed so far, skipped ones included."""

    suffixes: ClassVar[tuple[str, ...]]

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.position = 0
        self.share: float | None = None
        """How much of the file is done, 0 to 1, where the place in the file does not tell."""
        self.own_share: float | None = None
        """The same of this part of the file alone, which is spooled before it is read."""

    @abstractmethod
    def items(self, data: Data, skip: int) -> Iterator[Item]:
        """Items from number `skip` on. FileRefused where nothing further can be read, at any time."""

    def take(self) -> int:
        """The number of the next item."""
        self.position += 1
        return self.position - 1
