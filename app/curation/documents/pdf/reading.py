"""A document's elements page by page: a few pages ahead are held to tell its furniture and its looks."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from app.curation.documents.document import Block, BlockKind, Element, Facts
from app.curation.documents.pdf.blocks import (
    Vocabulary,
    code_block,
    furniture_block,
    list_block,
    table_block,
    text_block,
)
from app.curation.documents.pdf.frame import Frame
from app.curation.documents.pdf.furniture import Edge, furniture
from app.curation.documents.pdf.layout import Piece, pieces, plain
from app.curation.documents.pdf.page import Page, broken, page
from app.curation.documents.pdf.structure import Styles, kind

_AHEAD = 6
"""Pages held before and after the one that is told."""
_MARGIN = 0.09
_SENTENCE_ENDS = (".", "!", "?", ":", ";", "。", "؟", "”", '"', ")")


class Reading:
    """Goes through a document from `first` on; `known` are pages that cannot be read, with the fault's code."""

    def __init__(self, document: Any, facts: Facts, first: int, known: Mapping[int, str]) -> None:
        self.document, self.facts, self.first, self.known = document, facts, first, known
        self.styles, self.vocabulary = Styles(), Vocabulary()
        self.last = facts.pages or 0
        self.window: deque[Page] = deque()
        self.edges: dict[int, list[Edge]] = {}
        self.waiting: list[tuple[Piece, Frame]] = []
        self.after: list[Block] = []
        self.opened = first - 1

    def steps(self) -> Iterator[tuple[int, list[Element] | None]]:
        """(page, None) before a page is opened or told, (page, elements) once all up to it are told."""
        for number in range(self.first, self.last + 1):
            while self.opened < min(self.last, number + _AHEAD):
                self.opened += 1
                yield self.opened, None
                self._open(self.opened)
            yield number, None
            if number == 1 and not self.facts.title:
                self.facts.title = self._title()
            told = list(self._told(self.window.popleft()))
            self.edges.pop(number - _AHEAD, None)
            yield number, told
        yield self.last, list(self._rest())

    def _open(self, number: int) -> None:
        code = self.known.get(number)
        made = broken(code, number) if code else page(self.document, number)
        self.window.append(made)
        self.edges[number] = made.edges
        self.styles.learn(made.runs)
        self.vocabulary.learn(word.text for run in made.runs for word in run.words)

    def _title(self) -> str:
        """The largest line of the first page that has text."""
        first = next((page for page in self.window if page.runs), None)
        if first is None:
            return ""
        found = [piece for piece in self._pieces(first, set())[:12] if piece.table is None]
        size = self.styles.body[0]
        large = [
            piece for piece in found if piece.size > 1.15 * size and sum(map(str.isalpha, piece.lines[0].text)) > 3
        ]
        if not large:
            return ""
        best = max(large, key=lambda piece: round(piece.size))
        return text_block(BlockKind.HEADING, [(best, first.frame)], self.vocabulary).text[:300]

    def _pieces(self, page: Page, apart: set[int]) -> list[Piece]:
        found = [run for run in page.runs if id(run) not in apart]
        try:
            made = pieces(found, page.drawing, self.styles.body[2])
        except (ArithmeticError, LookupError, ValueError):
            made = plain(found)  # a page that no rule foresaw still has its words
        for piece in made:
            piece.page = page.number
        return made

    def _told(self, page: Page) -> Iterator[Element]:
        if page.fault is not None:
            yield from self._rest()
            yield page.fault
            return
        apart = furniture(page.number, page.edges, self.edges, self.last)
        yield from self._furniture(page, apart, upper=True)
        for piece in self._pieces(page, {id(run) for edge in apart for run in edge.runs}):
            yield from self._block(piece, page.frame)
        yield from self._sideways(page)
        yield from self._furniture(page, apart, upper=False)

    def _furniture(self, page: Page, apart: list[Edge], upper: bool) -> Iterator[Block]:
        for edge in apart:
            if edge.upper == upper:
                yield from self._beside(furniture_block(edge.line, page.number, page.frame))

    def _beside(self, block: Block) -> Iterator[Block]:
        """A block that stands in the way of the text: a sentence that it breaks off is told to its end first."""
        if self.waiting and self._broken_off():
            self.after.append(block)
        else:
            yield from self._rest()
            yield block

    def _broken_off(self) -> bool:
        if len(self.after) > 12:
            return False
        return self._waiting_kind() is BlockKind.LIST or not self.waiting[-1][0].lines[-1].text.endswith(_SENTENCE_ENDS)

    def _sideways(self, page: Page) -> Iterator[Block]:
        for line in page.sideways:
            made = furniture_block(line, page.number, page.frame)
            if _MARGIN * page.frame.width < line.left and line.right < (1 - _MARGIN) * page.frame.width:
                made.kind = BlockKind.PARAGRAPH
            yield from self._beside(made)

    def _block(self, piece: Piece, frame: Frame) -> Iterator[Block]:
        """The blocks that are whole now that this piece has come; it may itself wait for what goes on with it."""
        low = piece.lines[-1].bottom / max(1.0, frame.height)
        this = kind(piece, self.styles, low)
        if this is BlockKind.LIST:
            if self.waiting and self._waiting_kind() is not BlockKind.LIST:
                yield from self._rest()
            self.waiting.append((piece, frame))
            return
        if this is BlockKind.PARAGRAPH:
            if self.waiting and self._goes_on(piece):
                self.waiting.append((piece, frame))
                return
            yield from self._rest()
            self.waiting.append((piece, frame))
            return
        if this in (BlockKind.FOOTNOTE, BlockKind.CAPTION, BlockKind.TABLE):
            yield from self._beside(self._whole(this, piece, frame))
            return
        yield from self._rest()
        yield self._whole(this, piece, frame)

    def _whole(self, this: BlockKind, piece: Piece, frame: Frame) -> Block:
        if piece.table is not None:
            return table_block(piece.table, piece.page, frame)
        if this is BlockKind.CODE:
            return code_block(piece, frame)
        level = self.styles.level(piece) if this is BlockKind.HEADING else 0
        return text_block(this, [(piece, frame)], self.vocabulary, level)

    def _waiting_kind(self) -> BlockKind:
        piece, frame = self.waiting[0]
        return kind(piece, self.styles, piece.lines[-1].bottom / max(1.0, frame.height))

    def _goes_on(self, piece: Piece) -> bool:
        """True where the waiting paragraph broke off in the middle of a sentence and this one takes it up."""
        if self._waiting_kind() is not BlockKind.PARAGRAPH or len(self.waiting) > 3:
            return False
        before = self.waiting[-1][0]
        moved = before.page != piece.page or piece.lines[0].top < before.lines[-1].top
        text, begins = before.lines[-1].text, piece.lines[0].text
        alike = abs(before.size - piece.size) < 0.06 * piece.size
        return moved and alike and not text.endswith(_SENTENCE_ENDS) and (begins[:1].islower() or text[-1] == "\ufffe")

    def _rest(self) -> Iterator[Block]:
        """What waits, told."""
        waiting, self.waiting = self.waiting, []
        after, self.after = self.after, []
        if not waiting:
            return
        first, frame = waiting[0]
        if kind(first, self.styles, first.lines[-1].bottom / max(1.0, frame.height)) is BlockKind.LIST:
            yield list_block(waiting, self.vocabulary)
        else:
            yield text_block(BlockKind.PARAGRAPH, waiting, self.vocabulary)
        yield from after
