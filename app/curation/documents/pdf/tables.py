"""Tables: cells put into rows and columns, told as Markdown pipe tables."""

import itertools
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from app.curation.documents.pdf.runs import Line, Run, joined, line
from app.curation.documents.pdf.words import Word

_SPLIT = 0.45
"""Sizes of the type between two words of a run that a column's edge may part."""
_WIDE = 0.62
"""The same from which a gap is wider than one between words."""


@dataclass(slots=True)
class Table:
    """`rows` of cells; `lines` are the lines of the page that each row stands in."""

    rows: list[list[str]]
    boxes: list[tuple[float, float, float, float]]
    lines: list[Line]

    def goes_on(self, other: "Table") -> bool:
        """True where the other stands right below with as many columns: one table, drawn in parts."""
        gap, high = other.boxes[0][1] - self.boxes[-1][3], self.boxes[-1][3] - self.boxes[-1][1]
        return len(self.rows[0]) == len(other.rows[0]) and -high < gap < 1.6 * high

    def add(self, other: "Table") -> None:
        self.rows += other.rows
        self.boxes += other.boxes
        self.lines += other.lines

    def markdown_rows(self) -> list[str]:
        """One line a row; the second is the rule under the head."""
        told = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in self.rows]
        return [told[0], "|" + " --- |" * len(self.rows[0]), *told[1:]]


def table(body: list[list[Run]], edges: list[float]) -> Table:
    """Rows of runs, with their words put between the edges of columns."""
    cells = [_row(row, edges) for row in body]
    used = [index for index in range(len(edges) - 1) if any(row[index] for row in cells)]
    lines = [line(row) for row in body]
    boxes = [(item.left, item.top, item.right, item.bottom) for item in lines]
    return Table([[joined(row[index]) for index in used] for row in cells], boxes, lines)


def grid_table(cells: list[list[list[Word]]]) -> Table:
    """Cells of words that drawn lines part. A cell's own lines are joined."""
    boxes, lines = [], []
    for row in cells:
        words = [word for cell in row for word in cell]
        run = Run.of(words, 0)
        boxes.append((run.left, run.top, run.right, run.bottom))
        lines.append(line([run]))
    return Table([[_cell(cell) for cell in row] for row in cells], boxes, lines)


def _cell(words: list[Word]) -> str:
    text = joined(words)
    return text.replace("\ufffe ", "").replace("\ufffe", "")


def _row(row: list[Run], edges: list[float]) -> list[list[Word]]:
    cells: list[list[Word]] = [[] for _ in range(len(edges) - 1)]
    for run in row:
        for words in _pieces(run, edges):
            middle = (min(w.left for w in words) + max(w.right for w in words)) / 2
            at = min(len(cells), max(1, bisect_right(edges, middle))) - 1
            cells[at] += words
    return cells


def _pieces(run: Run, edges: list[float]) -> list[list[Word]]:
    """The run, cut where an edge lies in one of its wider gaps."""
    inside = [edge for edge in edges[1:-1] if run.left < edge < run.right]
    if not inside or len(run.words) < 2:
        return [run.words]
    pieces = [[run.words[0]]]
    for before, word in zip(run.words, run.words[1:], strict=False):
        wide = word.left - before.right > _SPLIT * max(before.size, word.size)
        if wide and any(before.right - 1 <= edge <= word.left + 1 for edge in inside):
            pieces.append([])
        pieces[-1].append(word)
    return pieces


def _spans(run: Run) -> list[tuple[float, float]]:
    """From left to right, parted where a gap is wider than between words: dense columns stand that close."""
    spans = [[run.words[0].left, run.words[0].right]]
    for before, word in itertools.pairwise(run.words):
        if word.left - before.right > _WIDE * max(before.size, word.size):
            spans.append([word.left, word.right])
        else:
            spans[-1] = [min(spans[-1][0], word.left), max(spans[-1][1], word.right)]
    return [(start, end) for start, end in spans]


def edges(body: list[list[Run]]) -> list[float]:
    """The edges of columns: the middles of the upright strips that next to no row crosses."""
    most = max(len(row) for row in body)
    telling = [row for row in body if len(row) >= max(2, 0.6 * most)]
    left = min(run.left for row in body for run in row)
    right = max(run.right for row in body for run in row)
    bins = int(right - left) + 2
    cover = np.zeros(bins + 1)
    for row in telling:
        for start, end in (span for run in row for span in _spans(run)):
            cover[int(max(0.0, start - left))] += 1
            cover[min(bins, int(end - left) + 1)] -= 1
    busy = (np.cumsum(cover)[:bins] > 0.13 * len(telling)).astype(int)
    turns = np.flatnonzero(np.diff(np.concatenate(([0], busy, [0]))))
    spans = list(zip(turns[::2], turns[1::2], strict=True))
    middles = [left + (a + b) / 2 for (_, a), (b, _) in itertools.pairwise(spans)]
    return [left - 1e6, *middles, right + 1e6]
