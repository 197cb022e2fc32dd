"""An exporter: a module in `exporters/` that writes samples in one format that training tools read."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import IO, ClassVar

from app.curation.registry import plugins
from app.curation.releasing.files import JsonLines, Writer
from app.curation.sample import Form, Json


class Unsuitable(Exception):
    """The sample cannot be said in this format; the message says why and what to choose instead."""


@dataclass(slots=True)  # not frozen: that triples the time to make one
class Example:
    """What a release knows of one sample: the words that count now, and what people made of it.

    `original` holds the words before an expert's edit, None where nobody edited; `answers` what reviewers agreed on,
    by the rubric's question. `weight` is below 1 where they agreed less. `source` is the passage of a document that it
    comes from: `document`, `title`, `passage` and where that stands; None where it comes from none, or nobody reads it.
    """

    form: Form
    content: Json
    metadata: Json = field(default_factory=dict)
    original: Json | None = None
    approved: bool = True
    answers: Json = field(default_factory=dict)
    weight: float = 1.0
    source: Json | None = None


class Exporter(ABC):
    """Stateless; `title` is what a person chooses from."""

    title: ClassVar[str]
    suffix: ClassVar[str] = "jsonl"
    """How the names of its files end."""
    takes_rejected: ClassVar[bool] = False
    """Whether rejected samples are wanted beside the approved ones."""
    reads_original: ClassVar[bool] = False
    reads_answers: ClassVar[bool] = False
    reads_source: ClassVar[bool] = False
    in_one_file: ClassVar[bool] = False
    """Whether all rows of a split stand in one file, however many they are."""
    is_packed: ClassVar[bool] = False
    """Whether its files are compressed by themselves, or too small to be."""
    fewest_rows: ClassVar[int] = 1
    """For training: with fewer, the format's reader refuses the file."""
    largest_file: ClassVar[int | None] = None
    """In bytes; None where the format's reader names no limit."""

    @abstractmethod
    def rows(self, example: Example) -> Iterable[Json]:
        """The sample as one record or several. Unsuitable where the format would lose part of it, or forbids it."""

    def faults(self, row: Json) -> Iterator[str]:
        """What the format's published rules forbid in a record, in words."""
        return iter(())

    def writer(self, file: IO[bytes]) -> Writer:
        """What puts the records into a file."""
        return JsonLines(file)

    def beside(self, files: Mapping[str, list[str]]) -> dict[str, bytes]:
        """Small files that a trainer wants beside the data (name: bytes), given the data files by split."""
        return {}

    @classmethod
    def key(cls) -> str:
        """The format's name in releases and addresses: its module's."""
        return cls.__module__.rpartition(".")[2]


@cache
def exporters() -> dict[str, type[Exporter]]:
    """Every exporter by key."""
    import app.curation.exporters as package

    return plugins(package, Exporter)  # type: ignore[type-abstract]
