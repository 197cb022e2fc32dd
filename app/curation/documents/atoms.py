"""The pieces of a block that are not taken apart where it can be helped: rows, items, lines, sentences."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.curation.documents.document import Block, BlockKind
from app.curation.documents.sentences import ends
from app.curation.documents.sizes import Measure

Cuts = Callable[[str, int, int], Iterator[int]]

_ITEM = re.compile(r"^[ \t]{0,3}(?:[-*+•–]|\(?\w{1,3}[.)])[ \t]+", re.MULTILINE)
_WORD = re.compile(r"\s+")
RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
FENCE = re.compile(r"(`{3,}|~{3,})[^\n]*\n")
_LAST_FENCE = re.compile(r"[`~]{3,}\s*")
PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.QUOTE, BlockKind.FOOTNOTE, BlockKind.CAPTION})


@dataclass(frozen=True, slots=True)
class Placed:
    """A block and where its text begins in the document's."""

    block: Block
    start: int


@dataclass(frozen=True, slots=True)
class Atom:
    """Characters `start` to `end` of a block; `size` counts the blanks up to the next one as well."""

    placed: Placed
    start: int
    end: int
    size: int

    @property
    def text(self) -> str:
        return self.placed.block.text[self.start : self.end]


def whole(placed: Placed, measure: Measure) -> Atom:
    """A block as one atom."""
    text = placed.block.text
    return Atom(placed, 0, len(text), measure(text) + measure("\n\n"))


def atoms(placed: Placed, most: int, measure: Measure) -> Iterator[Atom]:
    """The atoms of a block, none larger than `most`; together they are its text."""
    text = placed.block.text
    for start, end in _cut(text, 0, len(text), _levels(placed.block.kind), most, measure):
        last = end == len(text)
        shown = end if last else start + len(text[start:end].rstrip())
        size = measure(text[start:end]) + (measure("\n\n") if last else 0)
        yield Atom(placed, start, max(shown, start + 1), size)


def tail(atom: Atom, most: int, measure: Measure) -> Atom | None:
    """The last whole sentences of an atom within this size, to be said once more; None where none fits."""
    text, kind = atom.placed.block.text, atom.placed.block.kind
    if kind not in PROSE:
        return None
    cuts = _items if kind is BlockKind.LIST else ends
    for start in cuts(text, atom.start, atom.end):
        size = measure(text[start : atom.end])
        if size <= most:
            return Atom(atom.placed, start, atom.end, size + measure("\n\n"))
    return atom if atom.size <= most else None


def opening(block: Block) -> str:
    """What is said again where a table or listing goes on: the table's header rows, the listing's fence."""
    if block.kind is BlockKind.TABLE:
        first, _, rest = block.text.partition("\n")
        second = rest.partition("\n")[0]
        return f"{first}\n{second}\n" if RULE.match(second) else ""
    if block.kind is BlockKind.CODE and (fence := _fence(block)):
        return block.text.partition("\n")[0] + "\n" if fence else ""
    return ""


def closing(block: Block) -> str:
    """What ends a listing that goes on elsewhere."""
    return f"\n{_fence(block)}" if block.kind is BlockKind.CODE and _fence(block) else ""


def _fence(block: Block) -> str:
    found = FENCE.match(block.text)
    return found[1] if found else ""


def _levels(kind: BlockKind) -> tuple[Cuts, ...]:
    if kind in (BlockKind.TABLE, BlockKind.CODE, BlockKind.FORMULA):
        return (_lines,)
    return (_items, _lines, ends) if kind is BlockKind.LIST else (ends, _lines)


def _cut(
    text: str, start: int, end: int, levels: tuple[Cuts, ...], most: int, measure: Measure
) -> Iterator[tuple[int, int]]:
    if end - start <= most or _fits(text, start, end, most, measure):
        yield start, end
    elif not levels:
        yield from _words(text, start, end, most, measure)
    else:
        first, *rest = levels
        begin = start
        for cut in first(text, start, end):
            yield from _cut(text, begin, cut, tuple(rest), most, measure)
            begin = cut
        yield from _cut(text, begin, end, tuple(rest), most, measure)


def _fits(text: str, start: int, end: int, most: int, measure: Measure) -> bool:
    return measure(text[start:end]) <= most


def _lines(text: str, start: int, end: int) -> Iterator[int]:
    """After each line feed; a table's header keeps its rule, and a listing its last fence."""
    at = text.find("\n", start, end)
    while 0 <= at < end - 1:
        is_header = start == 0 and RULE.match(text[at + 1 : _line_end(text, at + 1)])
        if not is_header and not _LAST_FENCE.fullmatch(text, at + 1):
            yield at + 1
        at = text.find("\n", at + 1, end)


def _line_end(text: str, start: int) -> int:
    at = text.find("\n", start)
    return len(text) if at < 0 else at


def _items(text: str, start: int, end: int) -> Iterator[int]:
    yield from (found.start() for found in _ITEM.finditer(text, start, end) if found.start() > start)


def _words(text: str, start: int, end: int, most: int, measure: Measure) -> Iterator[tuple[int, int]]:
    """As many words as fit; what has no blanks is cut by characters, each of which counts one at most."""
    begin = last = start
    size = 0
    for stop in _word_ends(text, start, end, most):
        more = measure(text[last:stop])
        if begin < last and size + more > most:
            yield begin, last
            begin, size = last, 0
        size, last = size + more, stop
    yield begin, end


def _word_ends(text: str, start: int, end: int, most: int) -> Iterator[int]:
    at = start
    while at < end:
        found = _WORD.search(text, at, end)
        stop = found.end() if found else end
        while stop - at > most:
            at += most
            yield at
        at = stop
        yield stop
