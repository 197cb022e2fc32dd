"""The contract of a format: the bytes of one document in, its elements out. Runs in a child process under limits."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import ClassVar

import app.curation.documents.formats as package
from app.curation.documents.document import Element
from app.curation.registry import plugins


class Unreadable(Exception):
    """A document that cannot be read at all: a stable code, and a sentence that says what happened and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Format(ABC):
    """One kind of document. Heavy imports stay inside the methods: only the child process pays for them."""

    suffixes: ClassVar[tuple[str, ...]]
    """Lower case, with the dot."""

    order: ClassVar[int] = 100
    """Of formats that share a suffix the one with the smaller number is asked first whether it `claims` the file."""

    paged: ClassVar[bool] = False
    """True where `page_image` draws pages."""

    def claims(self, head: bytes, name: str) -> bool:
        """True where the first 64 KiB look like this format. Cheap, and never raises."""
        return True

    @abstractmethod
    def elements(self, path: Path, name: str) -> Iterator[Element]:
        """Facts first, then blocks, exchanges and faults in reading order, made one by one. Unreadable at any time."""

    def page_image(self, path: Path, page: int, width: int) -> bytes:
        """The page, counted from 1, as a PNG of this many pixels across. Unreadable where there is no such page."""
        raise Unreadable("no_page", "This kind of document has no pages that could be drawn.")


@cache
def known() -> dict[str, Format]:
    """Every format by its key, in the order in which they are asked."""
    found = {key: format() for key, format in plugins(package, Format).items()}  # type: ignore[type-abstract]
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))


def format_of(name: str, head: bytes) -> str | None:
    """The key of the format that reads a file of this name and beginning; None where none does."""
    lower = name.lower()
    return next(
        (key for key, format in known().items() if lower.endswith(format.suffixes) and format.claims(head, name)), None
    )
