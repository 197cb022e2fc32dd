"""A page's runs in pieces that belong together: the lines of a paragraph, or a table, in reading order."""

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field

from app.curation.documents.pdf.aligned import LEADER, MARK, aligned, merged
from app.curation.documents.pdf.columns import columns
from app.curation.documents.pdf.ruled import ruled
from app.curation.documents.pdf.rules import Drawing
from app.curation.documents.pdf.runs import Line, Run, line, rows
from app.curation.documents.pdf.tables import Table

BULLET = re.compile(r"^(?:[•◦▪■□●○‣⁃∙·➢➤✓❖*\uf0b7\uf0a7\uf0d8]|[-–—o](?=\s))\s*(?=\S)")
NUMBERED = re.compile(r"^\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]\s+(?=\S)")
_ITEM = re.compile(r"^(?:\[\d{1,3}\]\s|[¹²³⁰⁴-⁹]+\s?\S|[*†‡§]\s?[A-Z])")
_END = re.compile(r"[.:!?。؟۔…][)\"'”’»\]]?$")
_SIZE = 0.09
"""Share by which the sizes of two lines of one paragraph may differ."""
_PITCH = 1.32
_WIDE_PITCH = 1.9


@dataclass(slots=True)
class Piece:
    """Lines that belong together, or the table they make. `gap` is the white above it in sizes of its type;
    `aside` tells that it begins at the left edge of its column."""

    lines: list[Line] = field(default_factory=list)
    table: Table | None = None
    page: int = 0
    gap: float = 0.0
    aside: bool = False

    @property
    def size(self) -> float:
        return self.lines[0].size

    @property
    def bold(self) -> bool:
        return all(line.bold for line in self.lines)

    @property
    def strong(self) -> bool:
        """Every word is bold: a heading, not a sentence that begins so."""
        return all(word.face.bold for line in self.lines for run in line.runs for word in run.words)

    @property
    def italic(self) -> bool:
        return all(line.italic for line in self.lines)

    @property
    def mono(self) -> bool:
        return all(line.mono for line in self.lines)


def pieces(found: list[Run], drawing: Drawing, mono_body: bool) -> list[Piece]:
    """Of a whole page without its furniture."""
    made: list[Piece] = []
    for region in columns(ruled(found, drawing)):
        made += _of_region(region, mono_body)
    return made


def plain(found: list[Run]) -> list[Piece]:
    """Lines in the order of the content, nothing made of them."""
    return [Piece([line([run])], gap=2.0) for run in found]


def _of_region(region: list[Run], mono_body: bool) -> list[Piece]:
    body = rows(region)
    made: list[Piece] = []
    rest: list[list[Run]] = []
    for row in body:
        if row[0].table is not None:
            made += _of_rows(rest, mono_body)
            rest = []
            _add_table(made, row[0].table)
        else:
            rest.append(row)
    return made + _of_rows(rest, mono_body)


def _add_table(made: list[Piece], found: Table) -> None:
    last = made[-1].table if made else None
    if last is not None and last.goes_on(found):
        last.add(found)
    else:
        made.append(Piece(found.lines, found))


def _of_rows(body: list[list[Run]], mono_body: bool) -> list[Piece]:
    made: list[Piece] = []
    at = 0
    for start, end, found in aligned(body) if _tabular(body, mono_body) else []:
        made += _paragraphs([line(merged(row)) for row in body[at:start]])
        made.append(Piece(found.lines, found))
        at = end
    return made + _paragraphs([line(merged(row)) for row in body[at:]])


def _tabular(body: list[list[Run]], mono_body: bool) -> bool:
    """Listings are not asked for tables: their columns are of their own."""
    words = [word for row in body for run in row for word in run.words]
    return mono_body or 2 * sum(word.face.mono for word in words) < max(1, len(words))


def _paragraphs(lines: list[Line]) -> list[Piece]:
    if not lines:
        return []
    usual = _usual_pitch(lines)
    lefts = Counter(round(line.left / 2) for line in lines)
    right = sorted(line.right for line in lines)[int(0.9 * (len(lines) - 1))]
    made = [Piece([lines[0]], gap=2.0)]
    for index in range(1, len(lines)):
        before, here = lines[index - 1], lines[index]
        if _parted(made[-1], before, here, usual, lefts, right):
            gap = (here.bottom - before.bottom) / max(1.0, here.size) - 1
            made.append(Piece([here], gap=gap, aside=lefts[round(here.left / 2)] > 2))
        else:
            made[-1].lines.append(here)
    return made


def _usual_pitch(lines: list[Line]) -> float:
    """The distance of lines in sizes of their type, as most neighbours have it."""
    steps = [
        (here.bottom - before.bottom) / here.size
        for before, here in itertools.pairwise(lines)
        if abs(here.size - before.size) < _SIZE * here.size and 0.8 < (here.bottom - before.bottom) / here.size < 2.4
    ]
    return sorted(steps)[len(steps) // 3] if steps else 1.3


def _parted(piece: Piece, before: Line, here: Line, usual: float, lefts: Counter[int], right: float) -> bool:
    size = max(before.size, here.size, 1.0)
    if abs(before.size - here.size) > _SIZE * size or (before.bold != here.bold and _whole(before, here)):
        return True
    if before.italic != here.italic and before.right < right - 3 * size and len(before.text) < 90:
        return True
    if _run_in(here) and not before.bold and before.right < right - size:
        return True
    step = (here.bottom - before.bottom) / size
    if step > max(usual * _PITCH, usual + 0.25) or step > _WIDE_PITCH * max(1.0, usual / 1.2):
        return True
    if before.mono and here.mono:
        return False
    if (
        (MARK.match(here.text.split(" ", 1)[0]) and _begins(here))
        or _ITEM.match(here.text)
        or LEADER.search(before.text)
    ):
        return True
    if here.rtl or before.rtl:
        return bool(_END.search(before.text)) and before.left > min(line.left for line in piece.lines) + 4 * size
    return _indented(piece, before, here, lefts, right, size)


def _whole(before: Line, here: Line) -> bool:
    """A bold line beside a plain one parts them; bold words that only begin a sentence do not."""
    first, second = (before, here) if before.bold else (here, before)
    return all(word.face.bold for run in first.runs for word in run.words) or not any(
        word.face.bold for run in second.runs for word in run.words
    )


def _run_in(here: Line) -> bool:
    """A line that begins with bold words and goes on plain: a heading run in."""
    words = [word for run in here.runs for word in run.words]
    return words[0].face.bold and not words[-1].face.bold and len(words) > 2


def _begins(line: Line) -> bool:
    return bool(BULLET.match(line.text) or NUMBERED.match(line.text))


def _indented(piece: Piece, before: Line, here: Line, lefts: Counter[int], right: float, size: float) -> bool:
    """A first line that stands in, or a line after one that ended early with its sentence."""
    if abs((before.left + before.right) - (here.left + here.right)) < 6 and abs(before.left - here.left) > 3:
        return False
    ended = bool(_END.search(before.text))
    short = before.right < right - max(3 * size, 0.12 * (right - before.left))
    usual = max(lefts, key=lefts.__getitem__) * 2
    stands_in = 0.7 * size < here.left - before.left < 6 * size
    if stands_in and len(piece.lines) > 1 and abs(before.left - piece.lines[0].left) < 0.5 * size:
        return True
    if stands_in and abs(before.left - usual) < 3 and (ended or not short):
        return lefts[round(here.left / 2)] < 0.5 * lefts[round(before.left / 2)]
    return ended and short
