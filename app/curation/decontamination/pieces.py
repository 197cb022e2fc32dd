"""The turns of a batch as texts that are scanned together, and the way back from a word to its place in the sample."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Batch, Content
from app.curation.sample import Form, Path, turns
from app.curation.text import comparable
from app.curation.text import words as words_in
from app.curation.texts import Texts
from app.curation.words import Words

_GAP = "\n\n"


class Span(NamedTuple):
    """Characters of a sample: those of the turn at `path` from `start` to before `end`."""

    path: Path
    start: int
    end: int


class Pieces:
    """Piece `p` belongs to sample `rows[p]`. A prompt and its context are one piece; every other turn is one of its own."""

    def __init__(self, batch: Batch) -> None:
        self.texts: list[str] = []
        self._parts: list[tuple[tuple[Path, str], ...]] = []
        rows = []
        for row, sample in enumerate(batch.samples):
            for parts in _read(sample):
                rows.append(row)
                self._parts.append(parts)
                self.texts.append(parts[0][1] if len(parts) == 1 else _GAP.join(text for _, text in parts))
        self.rows: NDArray[np.int64] = np.array(rows, np.int64)

    @cached_property
    def words(self) -> Words:
        return Words.compared(Texts.of(self.texts))

    def span(self, piece: int, first: int, last: int) -> Span:
        """From the first to the last of two words of the piece, which are counted as in `words`."""
        start, end = self._characters(piece, first, last)
        for path, text in self._parts[piece][:-1]:
            if start < len(text):
                return Span(path, start, min(end, len(text)))
            start, end = start - len(text) - len(_GAP), end - len(text) - len(_GAP)
        return Span(self._parts[piece][-1][0], max(start, 0), end)

    def _characters(self, piece: int, first: int, last: int) -> tuple[int, int]:
        words, text = self.words, self.texts[piece]
        begin = int(words.texts.offsets[piece])
        if words.texts[piece] != text:
            number = int(words.firsts[piece])
            return _character(text, first - number), _end(text, last - number)
        raw = words.texts.raw(piece)
        start, end = (len(_decoded(raw[: int(at) - begin])) for at in (words.starts[first], words.ends[last]))
        return start, end


def _read(sample: Content) -> Sequence[tuple[tuple[Path, str], ...]]:
    found = [(turn.path, turn.text) for turn in turns(sample.form, sample.content)]
    if sample.form is Form.INSTRUCTION and "context" in sample.content:
        at = next(number for number, (path, _) in enumerate(found) if path == ("prompt",))
        return [*((one,) for one in found[:at]), (found[at], found[at + 1]), *((one,) for one in found[at + 2 :])]
    return [(one,) for one in found]


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")


def _character(text: str, number: int) -> int:
    """Where in a text the word begins that its comparable form counts as this one: with it, there is one more word."""
    return max(bisect_left(range(len(text) + 1), number + 1, key=lambda end: _count(text[:end])) - 1, 0)


def _end(text: str, number: int) -> int:
    """Where the word ends: before what stands between it and the next one."""
    end = _character(text, number + 1) if _count(text) > number + 1 else len(text)
    while end and category(text[end - 1])[0] not in "LNM" and text[end - 1] != "_":
        end -= 1
    return end


def _count(text: str) -> int:
    return len(words_in(comparable(text)))
