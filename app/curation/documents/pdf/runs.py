"""Words side by side make runs, runs side by side make rows: the pieces that columns, tables and lines are built of."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.curation.documents.pdf.words import Word

_GAP = 1.0
"""Sizes of the type between two words that do not belong to one run."""
_TOUCHING = 0.09
_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_FORMS = re.compile(r"[\ufb00-\ufb06\ufb1d-\ufdff\ufe70-\ufefc]")
_STRAY_MARK = re.compile(r" ([\u064b-\u0652]+)([\u0621-\u064a])")
"""A vowel mark that stands before its letter, as files with letters in the order of the page have it."""


@dataclass(slots=True)
class Run:
    """Words that follow each other on one line without a gap. `first` is the place of its first word in the content."""

    words: list[Word]
    first: int
    left: float
    top: float
    right: float
    bottom: float
    table: object = None
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
    if before.text[-1] == "\ufffe":
        return False
    overlap = min(before.bottom, word.bottom) - max(before.top, word.top)
    if overlap < 0.5 * min(before.bottom - before.top, word.bottom - word.top):
        return False
    size = max(before.size, word.size)
    gap = max(before.left, word.left) - min(before.right, word.right)
    return -0.6 * size <= gap <= _GAP * size


def rows(pieces: Iterable[Run]) -> list[list[Run]]:
    """Runs of one height together, from the top down, each row from left to right."""
    made: list[list[Run]] = []
    top = bottom = 0.0
    for run in sorted(pieces, key=lambda run: (run.middle, run.left)):
        overlap = min(bottom, run.bottom) - max(top, run.top)
        if made and overlap > 0.5 * min(bottom - top, run.bottom - run.top) and run.table is None:
            made[-1].append(run)
            if run.bottom - run.top > bottom - top:
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
    rtl = 2 * len(_RTL.findall(letters)) > sum(map(str.isalpha, letters))
    if rtl:
        words = [word for run in reversed(row) for word in run.words]
    weight = max(1, len(letters))
    return Line(
        joined(words),
        min(run.left for run in row),
        min(run.top for run in row),
        max(run.right for run in row),
        max(run.bottom for run in row),
        _prevailing(words),
        2 * sum(len(word.text) for word in words if word.face.bold) > weight,
        2 * sum(len(word.text) for word in words if word.face.mono) > weight,
        row,
        rtl,
    )


def joined(words: list[Word]) -> str:
    """The words with blanks between them; none where the second touches the first."""
    if not words:
        return ""
    parts, before = [words[0].text], words[0]
    for word in words[1:]:
        gap = max(before.left, word.left) - min(before.right, word.right)
        if word.near or gap > _TOUCHING * max(before.size, word.size):
            parts.append(" ")
        parts.append(word.text)
        before = word
    return told("".join(parts))


def told(text: str) -> str:
    """Ligatures and forms of letters as the letters they are."""
    if _FORMS.search(text):
        text = _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    if _RTL.search(text):
        text = _STRAY_MARK.sub(r"\2\1", text)
    return text.replace("\u00ad\ufffe", "\ufffe")


def _prevailing(words: list[Word]) -> float:
    counts: dict[float, int] = {}
    for word in words:
        size = round(word.size, 1)
        counts[size] = counts.get(size, 0) + len(word.text)
    return max(counts, key=counts.__getitem__)
