"""From blocks to passages: by structure first, by size second; one section in memory at a time.

A document's text is its blocks (running headers and page numbers left out), joined by an empty line. A passage's `text`
is ``document_text[start:end]``, except that a table or listing that goes on from the passage before begins with its
header rows or its fence said again, and a listing that goes on in the next one ends with its fence.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.curation.documents.atoms import Placed
from app.curation.documents.document import (
    BETWEEN_BLOCKS,
    Block,
    BlockKind,
    Document,
    Element,
    Exchange,
    Facts,
    Fault,
    Passage,
)
from app.curation.documents.flags import is_contents
from app.curation.documents.passages import made
from app.curation.documents.sections import Run, Runs
from app.curation.documents.sizes import MEASURES, Measure, Unit


class Chunking(BaseModel):
    """How large passages are. A passage is at most `size` + `smallest`, a rest being joined to what it belongs to.

    The defaults: a passage of about 300 words is read in a minute or two, holds an answer with its conditions, and
    fits many times into a model's prompt. No overlap, because passages end where sections and sentences do, and words
    said twice would be trained on and asked about twice.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(400, ge=20, le=20_000, title="Size", description="About how much of the text one passage holds.")
    unit: Unit = Field("tokens", title="Counted in", description="A token is about four letters of English.")
    overlap: int = Field(
        0, ge=0, le=5_000, title="Overlap", description="How much of a passage the next one of its section repeats."
    )
    smallest: int = Field(
        50, ge=0, le=5_000, title="Smallest", description="A smaller rest is joined to the passage beside it."
    )

    @model_validator(mode="after")
    def _fits(self) -> "Chunking":
        if self.overlap > self.size // 2 or self.smallest > self.size // 2:
            raise ValueError("Overlap and smallest passage can be half of the size at most.")
        return self

    @property
    def measure(self) -> Measure:
        return MEASURES[self.unit]


class Answered(NamedTuple):
    """An exchange and the passage it stands in."""

    exchange: Exchange
    passage: Passage


Piece: TypeAlias = Passage | Answered | Fault


def passages(elements: Iterable[Element], document: Document, chunking: Chunking | None = None) -> Iterator[Piece]:
    """Passages, exchanges and faults in reading order. Facts are written to `document`."""
    cutting = _Cutting(document, chunking or Chunking())
    for element in elements:
        if isinstance(element, Facts):
            document.facts = element
        elif isinstance(element, Fault):
            yield from cutting.passages(cutting.runs.end())
            yield element
        elif isinstance(element, Exchange):
            yield from cutting.exchange(element)
        else:
            yield from cutting.block(element)
    yield from cutting.passages(cutting.runs.end())


class _Cutting:
    """Where in the document we are: the end of its text so far, the headings above, the number of the next passage."""

    def __init__(self, document: Document, chunking: Chunking) -> None:
        self.document = document
        self.runs = Runs(chunking.size, chunking.overlap, chunking.smallest, chunking.measure)
        self.headings: list[tuple[int, str]] = []
        self.in_contents = False
        self.end = 0
        self.number = 0
        self.last: Answered | None = None

    def block(self, block: Block) -> Iterator[Passage]:
        if block.kind is BlockKind.FURNITURE or not block.text.strip():
            return
        placed = self._placed(block)
        lists_pages = is_contents(block.text)
        if block.kind is BlockKind.HEADING:
            yield from self.passages(self.runs.end_section())
            self._head(block)
        elif lists_pages != self.in_contents:
            yield from self.passages(self.runs.end_section())
            self.in_contents = lists_pages
        yield from self.passages(self.runs.add(placed, self.path))

    def exchange(self, exchange: Exchange) -> Iterator[Piece]:
        """Several exchanges that stand in one and the same block share its passage."""
        if self.last is None or self.last.exchange.block != exchange.block:
            yield from self.passages(self.runs.end())
            run = Run.of(self._placed(exchange.block), exchange.heading or self.path)
            self.last = Answered(exchange, self._passage(run, is_asked=True))
        self.last = Answered(exchange, self.last.passage)
        yield self.last

    def passages(self, runs: Iterable[Run]) -> Iterator[Passage]:
        for run in runs:
            self.last = None
            yield self._passage(run)

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.headings)

    def _passage(self, run: Run, is_asked: bool = False) -> Passage:
        self.number += 1
        return made(run, self.document, self.number - 1, is_asked=is_asked)

    def _placed(self, block: Block) -> Placed:
        block.text = block.text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
        start = self.end + len(BETWEEN_BLOCKS) if self.end else 0
        self.end = start + len(block.text)
        return Placed(block, start)

    def _head(self, block: Block) -> None:
        level = max(block.level, 1)
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        self.headings.append((level, " ".join(block.text.split())[:300]))
        self.in_contents = False
