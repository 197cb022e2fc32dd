"""The words of many texts as flat arrays: hash, place and owner of each."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.curation.characters import COMPLEX, tables
from app.curation.hashing import Hashes
from app.curation.kernels.ascii_words import scan_all
from app.curation.kernels.scanner import complex_texts
from app.curation.text import comparable
from app.curation.texts import Texts


class Words:
    """Word `i` stands at ``texts.data[starts[i]:ends[i]]``; text `t` owns the words from ``firsts[t]`` to ``firsts[t + 1]``.

    Two words have the same hash when they are equal (64 bits: as good as surely only then). `singles` counts, per text,
    the words that are one character of a script without spaces. `folded` is how each character was read.
    """

    def __init__(
        self,
        texts: Texts,
        hashes: Hashes,
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        firsts: NDArray[np.int64],
        singles: NDArray[np.int64],
        folded: NDArray[np.int32],
    ) -> None:
        self.texts = texts
        self.hashes = hashes
        self.starts = starts
        self.ends = ends
        self.firsts = firsts
        self.singles = singles
        self.folded = folded

    @classmethod
    def of(cls, texts: Texts) -> "Words":
        """The words as they are written."""
        same = tables().same
        return cls(texts, *scan_all(texts.data, texts.offsets, tables().classes, same, False), same)

    @classmethod
    def compared(cls, texts: Texts, *, ignore_numbers: bool = False) -> "Words":
        """The words of `comparable(text)`. Places are in `self.texts`, where a few texts are rewritten by it."""
        texts, folded = foldable(texts)
        classes = tables().classes
        return cls(texts, *scan_all(texts.data, texts.offsets, classes, folded, ignore_numbers), folded)

    def changed(self, texts: Texts, rows: NDArray[np.int64]) -> "Words":
        """The words of `texts`, which differ from these texts in `rows` (ascending) alone: only those are scanned."""
        others = Words.of(texts.take(rows))
        parts: list[tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]] = []
        for place, (before, row) in enumerate(zip([-1, *rows.tolist()], [*rows.tolist(), len(texts)], strict=True)):
            parts.append(self._moved(before + 1, row, int(texts.offsets[before + 1])))
            if row < len(texts):
                parts.append(others._moved(place, place + 1, int(texts.offsets[row])))
        counts, singles = self.counts.copy(), self.singles.copy()
        counts[rows], singles[rows] = others.counts, others.singles
        hashes, starts, ends = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Words(texts, hashes, starts, ends, np.concatenate([[0], np.cumsum(counts)]), singles, self.folded)

    def _moved(self, first: int, last: int, to: int) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
        """Hashes, starts and ends of some texts in a row, as they are where the first of these texts begins at `to`."""
        some = slice(self.firsts[first], self.firsts[last])
        further = to - self.texts.offsets[first]
        return self.hashes[some], self.starts[some] + further, self.ends[some] + further

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Words per text."""
        return np.diff(self.firsts)

    @cached_property
    def owners(self) -> NDArray[np.int64]:
        """The text of each word."""
        return np.repeat(np.arange(len(self.counts)), self.counts)


def foldable(texts: Texts) -> tuple[Texts, NDArray[np.int32]]:
    """The texts, a few of them rewritten by `comparable`, and the table that folds each of their characters alone."""
    folded = tables().folded
    rows = np.flatnonzero(complex_texts(texts.data, texts.offsets, folded))
    if not len(rows):
        return texts, folded
    # What `comparable` wrote is its own folded form; what it leaves out is not in there, and stays left out elsewhere.
    return _rewritten(texts, rows), np.where(folded == COMPLEX, tables().same, folded).astype(np.int32)


def _rewritten(texts: Texts, rows: NDArray[np.int64]) -> Texts:
    parts = [texts.raw(row) for row in range(len(texts))]
    for row in rows.tolist():
        parts[row] = comparable(texts[row]).encode("utf-8", "surrogatepass")
    return Texts.of_bytes(parts)
