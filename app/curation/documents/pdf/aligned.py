"""Tables without drawn lines: rows whose pieces stand under each other, as in financial statements."""

import itertools
import re

from app.curation.documents.pdf.runs import Run
from app.curation.documents.pdf.tables import Table, edges, table

MARK = re.compile(r"^(?:[•◦▪■□●○‣⁃∙·*–—➢➤✓❖\-]|\uf0b7|\uf0a7|\uf0d8|o|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)])$")
"""What stands before an item of a list."""
LEADER = re.compile(r"(?:\. ?){4,}|…{2,}|_{4,}")
_UNIT = re.compile(r"^[$€£¥(]{1,2}$|^(?:US|C|A)\$$")
_TAIL = re.compile(r"^[)%]{1,2}$")
_FIGURE = re.compile(r"^[-–—(]*[$€£¥]?\s?[-–(]?[\d.,]*\d[\d.,]*\)?\s?[%x]?\)?$|^[-–—]+$|^n/?a$", re.IGNORECASE)
_FEWEST_ROWS = 3
_LONELY = 3
"""So many rows of one piece may stand between rows of several."""


def merged(row: list[Run]) -> list[Run]:
    """The row with marks, currency signs and closing brackets put to the piece they belong to."""
    made: list[Run] = []
    for run in row:
        text = "".join(word.text for word in run.words)
        before = "".join(word.text for word in made[-1].words) if made else ""
        first = len(made) == 1 and MARK.match(before) and run.left - made[-1].right < 60
        if made and (_UNIT.match(before) or _TAIL.match(text) or first):
            made[-1] = Run.of(made[-1].words + run.words, made[-1].first)
        else:
            made.append(run)
    return made


def aligned(body: list[list[Run]]) -> list[tuple[int, int, Table]]:
    """Spans of rows that are tables, with the tables."""
    pieces = [merged(row) for row in body]
    found = []
    for start, end in _candidates(pieces):
        if _consistent(pieces[start:end]) and not _counted(pieces[start:end]):
            found.append((start, end, table(pieces[start:end], edges(pieces[start:end]))))
    return [item for item in found if len(item[2].rows[0]) > 1]


def _several(row: list[Run]) -> bool:
    return len(row) > 1 and not any(LEADER.search("".join(word.text for word in run.words)) for run in row)


def _candidates(pieces: list[list[Run]]) -> list[tuple[int, int]]:
    """From the first to the last of rows of several pieces that stand close to each other."""
    spans: list[list[int]] = []
    for index, row in enumerate(pieces):
        if not _several(row):
            continue
        if spans and index - spans[-1][1] <= _LONELY and _short(pieces[spans[-1][1] - 1 : index + 1]):
            spans[-1][1] = index + 1
        else:
            spans.append([index, index + 1])
    return [(a, b) for a, b in spans if sum(map(_several, pieces[a:b])) >= _FEWEST_ROWS or _two_wide(pieces[a:b])]


def _two_wide(span: list[list[Run]]) -> bool:
    return len(span) == 2 and min(map(len, span)) >= 3


def _short(between: list[list[Run]]) -> bool:
    """True where the lines in between are labels, not prose, and no wide gap parts them."""
    width = max(row[-1].right for row in between) - min(row[0].left for row in between)
    gaps = [b[0].top - a[0].bottom for a, b in itertools.pairwise(between)]
    high = max(row[0].bottom - row[0].top for row in between)
    return max(gaps) < 2.6 * high and all(row[-1].right - row[0].left < 0.75 * width for row in between[1:-1])


def _consistent(span: list[list[Run]]) -> bool:
    """True where most pieces after the first share an edge with a piece of another row, or are figures."""
    rests = [run for row in span if len(row) > 1 for run in row[1:]]
    lefts, rights, middles = ({} for _ in range(3))  # type: dict[int, int], dict[int, int], dict[int, int]
    for run in rests:
        for counts, value in _sides(run, lefts, rights, middles):
            counts[value] = counts.get(value, 0) + 1
    sharing = sum(any(counts[value] > 1 for counts, value in _sides(run, lefts, rights, middles)) for run in rests)
    figures = sum(bool(_FIGURE.match("".join(word.text for word in run.words))) for run in rests)
    lone = sum(len(row) == 1 for row in span)
    if _holds_prose(span):
        return False
    if sharing < 0.6 * len(rests) or lone > 0.6 * len(span):
        return False
    return figures >= 0.3 * len(rests) or (sharing >= 0.8 * len(rests) and _terse(span))


def _counted(span: list[list[Run]]) -> bool:
    """True where the first pieces only count the lines, as in transcripts of a court."""
    first = [row[0].words[0].text if len(row[0].words) == 1 else "" for row in span]
    steps = sum(a.isdigit() and b.isdigit() and int(b) == int(a) + 1 for a, b in itertools.pairwise(first))
    figures = sum(bool(_FIGURE.match("".join(word.text for word in run.words))) for row in span for run in row[1:])
    return len(span) > 4 and steps >= 0.8 * (len(span) - 1) and figures < 0.2 * sum(len(row) - 1 for row in span)


def _holds_prose(span: list[list[Run]]) -> bool:
    """True where a line of it is most of a sentence over most of its width."""
    width = max(row[-1].right for row in span) - min(row[0].left for row in span)
    return any(len(run.words) > 9 and run.width > 0.6 * width for row in span for run in row)


def _terse(span: list[list[Run]]) -> bool:
    """Cells of a few words, not sentences that happen to stand side by side."""
    sizes = [len(run.words) for row in span if len(row) > 1 for run in row]
    return sum(sizes) / len(sizes) <= 5


def _sides(run: Run, *counts: dict[int, int]) -> list[tuple[dict[int, int], int]]:
    values = (run.left, run.right, (run.left + run.right) / 2)
    return [(counted, round(value / 3)) for counted, value in zip(counts, values, strict=True)]
