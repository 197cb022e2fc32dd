"""Words side by side make runs, runs side by side make rows: the pieces that columns, tables and lines are built of."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.curation.documents.pdf.letters import FILLER
from app.curation.documents.pdf.words import Face, Word

if TYPE_CHECKING:
    from app.curation.documents.pdf.tables import Table

_GAP = 1.0
"""Sizes of the type between two words that do not belong to one run."""
_TOUCHING = 0.09
_RAISED = 0.3
"""Share of its height by which a small sign above or below a line meets it."""
_SIGNS = frozenset("$€£¥")
"""One that follows a figure begins the next column."""
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_FORMS = re.compile(r"[\ufb00-\ufb06\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(slots=True)
class Run:
    """Words that follow each other on one line without a gap. `first` is the place of its first word in the content."""

    words: list[Word]
    first: int
    left: float
    top: float
    right: float
    bottom: float
    table: "Table | None" = None
    """Where it stands for a table that is put in its place as a whole."""

    @classmethod
    def of(cls, words: list[Word], first: int) -> "Run":
        return cls(
            words,
            first,
            min(word.left for word in words),
            min(word.top for word in words),
            max(word.right for word in words),
            max(word.bottom for word in words),
        )

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(slots=True)
class Line:
    """One line of text as it is read: its rectangle, prevailing size and face."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool
    mono: bool
    italic: bool = False
    runs: list[Run] = field(default_factory=list)
    rtl: bool = False

    @property
    def pitch(self) -> float:
        return self.bottom - self.top


def runs(words: list[Word]) -> list[Run]:
    """In the order of the content."""
    made: list[Run] = []
    open_words: list[Word] = []
    first = 0
    for index, word in enumerate(words):
        if open_words and not _follows(open_words[-1], word):
            made.append(Run.of(open_words, first))
            open_words = []
        if not open_words:
            first = index
        open_words.append(word)
    if open_words:
        made.append(Run.of(open_words, first))
    return made


def _follows(before: Word, word: Word) -> bool:
    if before.text[-1] == "\ufffe" or (word.text in _SIGNS and before.text[-1] in "0123456789)%—"):
        return False
    _, left, top, right, bottom, size, _, _ = before
    _, next_left, next_top, next_right, next_bottom, next_size, _, _ = word
    gap = next_left - right if next_left >= left else left - next_right
    size = size if size > next_size else next_size
    if gap > _GAP * size or gap < -0.6 * size:
        return False
    overlap = (bottom if bottom < next_bottom else next_bottom) - (top if top > next_top else next_top)
    low, high = bottom - top, next_bottom - next_top
    return overlap >= 0.5 * (low if low < high else high)


def rows(pieces: Iterable[Run]) -> list[list[Run]]:
    """Runs of one height together, from the top down, each row from left to right."""
    made: list[list[Run]] = []
    top = bottom = 0.0
    for run in sorted(pieces, key=lambda run: (run.middle, run.left)):
        overlap = min(bottom, run.bottom) - max(top, run.top)
        low, high = sorted((bottom - top, run.bottom - run.top))
        alone = run.table is not None or (made and made[-1][0].table is not None)
        if made and not alone and overlap > (0.5 if low > 0.8 * high else _RAISED) * low:
            made[-1].append(run)
            if run.bottom - run.top < 0.6 * (bottom - top):
                top, bottom = run.top, run.bottom
        else:
            made.append([run])
            top, bottom = run.top, run.bottom
    for row in made:
        row.sort(key=lambda run: run.left)
    return made


def line(row: list[Run]) -> Line:
    """A row as one line. Right-to-left where most of its letters are."""
    words = [word for run in row for word in run.words]
    letters = "".join(word.text for word in words)
    rtl = not letters.isascii() and 2 * len(_RTL.findall(letters)) > sum(map(str.isalpha, letters))
    if rtl:
        words = [word for run in reversed(row) for word in run.words]
    weight, looks = max(1, len(letters)), seen(words)
    size = max(looks, key=looks.__getitem__)[0]
    return Line(
        joined(words),
        min(run.left for run in row),
        min(run.top for run in row),
        max(run.right for run in row),
        max(run.bottom for run in row),
        size,
        2 * sum(count for (_, face), count in looks.items() if face.bold) > weight,
        2 * sum(count for (_, face), count in looks.items() if face.mono) > weight,
        all(face.italic for _, face in looks),
        row,
        rtl,
    )


def joined(words: list[Word]) -> str:
    """The words with blanks between them; none where the second touches the first."""
    if not words:
        return ""
    parts, before = [words[0].text], words[0]
    for word in words[1:]:
        if word.near or not _touches(before, word):
            parts.append(" ")
        parts.append(word.text)
        before = word
    return told("".join(parts))


def _touches(before: Word, word: Word) -> bool:
    gap = max(before.left, word.left) - min(before.right, word.right)
    level = min(before.bottom, word.bottom) > max(before.top, word.top)
    return level and -0.3 < gap / max(before.size, word.size, 1.0) < _TOUCHING


def told(text: str) -> str:
    """Ligatures and forms of letters as the letters they are."""
    if text.isascii():
        return text
    if _FORMS.search(text):
        text = _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return text.replace("\u00ad\ufffe", "\ufffe").replace(FILLER, "")


def seen(words: Iterable[Word]) -> dict[tuple[float, Face], int]:
    """Sizes and faces, with the letters set in them."""
    counts: dict[tuple[float, Face], int] = {}
    for text, _, _, _, _, size, face, _ in words:
        look = (size, face)
        counts[look] = counts.get(look, 0) + len(text)
    return counts
