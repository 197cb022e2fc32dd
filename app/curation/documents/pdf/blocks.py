"""Text of blocks and the places it stands in: a place for each line of the page."""

import re
from collections.abc import Iterable

from app.curation.documents.document import Block, BlockKind, Place
from app.curation.documents.pdf.frame import Frame
from app.curation.documents.pdf.layout import BULLET, Piece
from app.curation.documents.pdf.runs import Line
from app.curation.documents.pdf.tables import Table
from app.curation.documents.pdf.words import LINE_HYPHEN

_TAIL = re.compile(r"([^\W\d_]+)[-\u2010\ufffe\u00ad]$")
_HEAD = re.compile(r"[^\W\d_]+")


class Vocabulary:
    """Words of the document so far: they tell whether a hyphen at the end of a line belongs to the word."""

    _MOST = 200_000

    def __init__(self) -> None:
        self._known: set[str] = set()

    def learn(self, words: Iterable[str]) -> None:
        if len(self._known) < self._MOST:
            self._known.update(word.strip(".,;:()[]\"'").casefold() for word in words)

    def joins(self, first: str, second: str) -> bool:
        """True where `first` and `second` are one word that only the line's end parts."""
        first, second = first.casefold(), second.casefold()
        if first + second in self._known:
            return True
        if f"{first}-{second}" in self._known:
            return False
        return not (len(first) > 2 and len(second) > 3 and first in self._known and second in self._known)


def text_block(kind: BlockKind, pieces: list[tuple[Piece, Frame]], vocabulary: Vocabulary, level: int = 0) -> Block:
    """Lines run on as one text; a piece that goes on in the next column or page goes on in the text."""
    parts: list[str] = []
    stands: list[tuple[int, Frame, Line]] = []
    for piece, frame in pieces:
        for line in piece.lines:
            parts.append(_unbroken(parts, line.text, vocabulary))
            stands.append((piece.page, frame, line))
    if parts[-1].endswith(LINE_HYPHEN):
        parts[-1] = parts[-1][:-1] + "-"
    places, start = [], 0
    for part, (page, frame, line) in zip(parts, stands, strict=True):
        places.append(_place(start, start + len(part.rstrip(" ")), page, frame, line))
        start += len(part)
    return Block(kind, "".join(parts), level, pieces[0][0].page, tuple(places))


def _unbroken(parts: list[str], text: str, vocabulary: Vocabulary) -> str:
    """The next line's text; the end of the one before is mended in place: a blank, or its hyphen taken away."""
    inner = _inner(text, vocabulary)
    if not parts:
        return inner
    before = parts[-1]
    tail, head = _TAIL.search(before), _HEAD.match(inner)
    if tail and head:
        joins = head[0][0].islower() and vocabulary.joins(tail[1], head[0])
        parts[-1] = before[:-1] + ("" if joins else "-")
    elif before.endswith(LINE_HYPHEN):
        parts[-1] = before[:-1] + "-"
    else:
        parts[-1] = before + ("" if before.endswith(("-", "‐")) and inner[:1].isalnum() else " ")
    return inner


def _inner(text: str, vocabulary: Vocabulary) -> str:
    """Hyphens that the library took for a line's end within the line: as they would be between lines."""
    if LINE_HYPHEN not in text[:-1]:
        return text
    first, *rest = text.split(LINE_HYPHEN)
    for part in rest[:-1] if text.endswith(LINE_HYPHEN) else rest:
        tail, head = re.search(r"[^\W\d_]+$", first), _HEAD.match(part.lstrip())
        joins = tail and head and head[0][0].islower() and vocabulary.joins(tail[0], head[0])
        first += ("" if joins else "-") + part.lstrip()
    return first + (LINE_HYPHEN if text.endswith(LINE_HYPHEN) else "")


def list_block(items: list[tuple[Piece, Frame]], vocabulary: Vocabulary) -> Block:
    """One line an item, with a dash or its own number; deeper where it stands further in."""
    lefts = sorted({round(piece.lines[0].left / 8) for piece, _ in items})
    parts: list[str] = []
    places: list[Place] = []
    length = 0
    for piece, frame in items:
        made = text_block(BlockKind.LIST, [(piece, frame)], vocabulary)
        depth = min(3, lefts.index(round(piece.lines[0].left / 8)))
        cut = len(made.text) - len(BULLET.sub("", made.text))
        prefix = "  " * depth + ("- " if cut else "")
        parts.append(prefix + made.text[cut:])
        shift = length + len(prefix) - cut
        places += [
            place._replace(start=max(length, place.start + shift), end=max(length, place.end + shift))
            for place in made.places
        ]
        length += len(parts[-1]) + 1
    return Block(BlockKind.LIST, "\n".join(parts), 0, items[0][0].page, tuple(places))


def table_block(table: Table, page: int, frame: Frame) -> Block:
    """A place for each row."""
    told = table.markdown_rows()
    places: list[Place] = []
    start = 0
    for index, row in enumerate(told):
        if index != 1:
            box = table.boxes[index - (index > 1)]
            places.append(Place(start, start + len(row), page, *frame.shares(*box)))
        start += len(row) + 1
    return Block(BlockKind.TABLE, "\n".join(told), 0, page, tuple(places))


def code_block(piece: Piece, frame: Frame) -> Block:
    """Fenced, with the lines and indents as they stand on the page."""
    width = _letter_width(piece.lines)
    left = min(line.left for line in piece.lines)
    parts, places, start = ["```"], [], 4
    for line in piece.lines:
        indent = " " * min(80, round((line.left - left) / width))
        text = indent + line.text.replace(LINE_HYPHEN, "-")
        places.append(_place(start, start + len(text), piece.page, frame, line))
        parts.append(text)
        start += len(text) + 1
    return Block(BlockKind.CODE, "\n".join([*parts, "```"]), 0, piece.page, tuple(places))


def furniture_block(line: Line, page: int, frame: Frame) -> Block:
    text = line.text.replace(LINE_HYPHEN, "-")
    return Block(BlockKind.FURNITURE, text, 0, page, (_place(0, len(text), page, frame, line),))


def _letter_width(lines: list[Line]) -> float:
    widths = sorted(
        (word.right - word.left) / len(word.text) for line in lines for run in line.runs for word in run.words
    )
    return max(1.0, widths[len(widths) // 2]) if widths else 5.0


def _place(start: int, end: int, page: int, frame: Frame, line: Line) -> Place:
    return Place(start, end, page, *frame.shares(line.left, line.top, line.right, line.bottom))
