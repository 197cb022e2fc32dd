"""Pieces of pages as blocks: headings with their levels, lists, tables, listings, captions, footnotes, paragraphs."""

import re
from collections import Counter
from collections.abc import Iterable

from app.curation.documents.document import BlockKind
from app.curation.documents.pdf.layout import BULLET, NUMBERED, Piece
from app.curation.documents.pdf.runs import Run, seen
from app.curation.documents.pdf.words import Face

CAPTION = re.compile(
    r"^(?:fig(?:ure|\.)?|table|tab\.|listing|algorithm|chart|exhibit|scheme|abb(?:ildung|\.)?|tabelle|tableau|figura|tabla"
    r"|tabella|图|表|图表)\s*(?:S?\d+|[A-Z]\d*|[IVX]+)(?:[-.–]\d+)*\s*(?:[.:|–—)]|\s(?-i:(?=[A-Z(]))|$)",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"^(?:(?:chapter|section|article|part|appendix|kapitel|abschnitt)\s+)?(\d{1,2}(?:\.\d{1,3}){0,5})\.?\s+(?=[^\W\d])",
    re.IGNORECASE,
)
_NOTE = re.compile(r"^(?:[¹²³⁰⁴-⁹]+|[*†‡§]|\(?\d{1,2}\)?\s?(?=[^\W\d]))")
_ENDED = re.compile(r"[.;,:]$")
_LARGER, _MOST_LETTERS, _MOST_LINES = 1.11, 220, 4
_DEEPEST = 6


class Styles:
    """What a document's body looks like, and which looks its headings have: learned from its first pages."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[float, Face]] = Counter()
        self.body = (10.0, False, False)
        """Size, and whether it is bold or mono."""
        self.looks: Counter[tuple[float, bool]] = Counter()
        self.numbered: dict[tuple[float, bool], int] = {}

    def learn(self, runs: Iterable[Run]) -> None:
        self.seen.update(seen(word for run in runs for word in run.words))
        sizes: Counter[tuple[float, bool, bool]] = Counter()
        for (size, face), count in self.seen.items():
            sizes[(round(size * 2) / 2, face.bold, face.mono)] += count
        if sizes:
            self.body = max(sizes, key=sizes.__getitem__)

    def level(self, piece: Piece) -> int:
        """By its number where it has one, else by its look among those of the headings so far."""
        look = (round(piece.size * 2) / 2, piece.bold)
        self.looks[look] += 1
        if found := _SECTION.match(piece.lines[0].text):
            depth = min(_DEEPEST, found[1].count(".") + 1 + self._above(look))
            self.numbered.setdefault(look, depth)
            return depth
        if look in self.numbered:
            return self.numbered[look]
        larger = {other for other in self.looks if other > look}
        return min(_DEEPEST, 1 + len({size for size, _ in larger} | {look[0]}) - 1 + ((look[0], True) in larger))

    def _above(self, look: tuple[float, bool]) -> int:
        """1 where a heading larger than all numbered ones stands above: the title."""
        return int(any(size > max(look[0], *(s for s, _ in self.numbered), 0) * 1.05 for size, _ in self.looks))


def kind(piece: Piece, styles: Styles, bottom: float) -> BlockKind:
    """`bottom` is how far down the page the piece stands, as a share."""
    size, bold, mono = styles.body
    text = piece.lines[0].text
    if piece.table is not None:
        return BlockKind.TABLE
    if piece.mono and not mono and len(piece.lines) > 1:
        return BlockKind.CODE
    if CAPTION.match(text) and (len(piece.lines) > 1 or len(text) > 12 or piece.size < size):
        return BlockKind.CAPTION
    if is_heading(piece, size, bold):
        return BlockKind.HEADING
    if bottom > 0.6 and piece.size < 0.93 * size and _NOTE.match(text):
        return BlockKind.FOOTNOTE
    if BULLET.match(text) or NUMBERED.match(text):
        return BlockKind.LIST
    return BlockKind.PARAGRAPH


def is_heading(piece: Piece, size: float, bold: bool) -> bool:
    text = " ".join(line.text for line in piece.lines)
    letters = sum(map(str.isalpha, text))
    if not letters >= 2 or len(text) > _MOST_LETTERS or len(piece.lines) > _MOST_LINES or letters < 0.4 * len(text):
        return False
    if "@" in text:
        return False
    if piece.size >= _LARGER * size:
        return not (text.endswith(",") or (text.endswith(".") and len(text) > 80))
    if BULLET.match(text) or piece.size < 0.9 * size:
        return False
    numbered = bool(_SECTION.match(text))
    short = len(text) <= 120 and len(piece.lines) <= 2 and not (_ENDED.search(text) and not numbered)
    if piece.strong and not bold:
        return short
    if piece.italic and short and len(piece.lines) == 1 and len(text) < 80 and not _ENDED.search(text):
        return piece.gap > 0.7 and piece.size > 0.97 * size and piece.aside
    capitals = text.upper() == text and text.lower() != text and letters >= 5
    return (
        capitals
        and short
        and len(text.split()) <= 10
        and piece.gap > 0.6
        and letters > 0.7 * len(text.replace(" ", ""))
    )
