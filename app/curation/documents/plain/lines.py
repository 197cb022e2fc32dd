"""Lines of a plain text with their pages, and those that are furniture: running headers, footers, page numbers."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import NamedTuple

_NEWLINE = re.compile(r"\r\n|\r|\x0b|\x85|\u2028|\u2029")
_PAGE_NUMBER = re.compile(
    r"<PAGE>\s*\d*|[-–—]\s*(?:\d{1,4}|[ivxlc]{1,6})\s*[-–—]|\[?"
    r"(?:page|seite)\s+\d{1,4}(?:\s*(?:of|/|von)\s*\d{1,4})?\]?|[^\[]*\[Page \d+\]",
    re.I,
)
_PAGE = re.compile(r"\f|^(?=<PAGE>)", re.M)
"""Form feeds, and the marks that filings have in their place."""
_BARE_NUMBER = re.compile(r"\d{1,4}|[ivxlc]{1,5}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_DIGITS = re.compile(r"\d+")
_LONGEST = 300
_EDGE = 2
"""Lines at the top and the bottom of a page that may be furniture."""
_OFTEN = 4


class Line(NamedTuple):
    """`text` without blanks at its end; `page` counts form feeds from 1; `furniture` belongs to the page."""

    text: str
    page: int
    furniture: bool = False


def lines(text: str) -> list[Line]:
    """All lines of a document."""
    text = _PAGE.sub("\f", _NEWLINE.sub("\n", text))
    pages = [
        [line.replace("\u00a0", " ").expandtabs(8).rstrip() for line in page.split("\n")] for page in text.split("\f")
    ]
    repeated = _repeated(pages)
    return [made for number, page in enumerate(pages, 1) for made in _page(page, number, repeated, len(pages) > 1)]


def _page(page: list[str], number: int, repeated: set[str], paged: bool) -> Iterator[Line]:
    edges = set(_edges(page))
    for place, line in enumerate(page):
        at_edge = place in edges and paged
        said = line.strip() if len(line) < _LONGEST else ""
        furniture = bool(said) and (
            _PAGE_NUMBER.fullmatch(said) is not None
            or (at_edge and (_shape(line) in repeated or _BARE_NUMBER.fullmatch(said) is not None))
            or (not paged and _shape(line) in repeated)
        )
        yield Line(line, number, furniture)


def _edges(page: list[str]) -> list[int]:
    """Where the first and the last lines with text are."""
    filled = [place for place, line in enumerate(page) if line]
    deep = _EDGE if len(filled) > 2 * _EDGE else 1
    return filled[:deep] + filled[-deep:]


def _shape(line: str) -> str:
    """The line with every number alike: page numbers change from page to page."""
    return _DIGITS.sub("0", " ".join(line.split()))


def _repeated(pages: list[list[str]]) -> set[str]:
    """On pages: at the edge of a third of them. Without pages: lines that count upwards each time they come again."""
    if len(pages) > 1:
        shapes = Counter(shape for page in pages for shape in {_shape(page[place]) for place in _edges(page)})
        return {shape for shape, times in shapes.items() if times >= max(2, len(pages) // 3)}
    known: dict[str, list[int]] = {}
    for line in pages[0]:
        if line and len(line) < 120 and (numbers := _DIGITS.findall(line)):
            known.setdefault(_shape(line), []).append(int(numbers[-1][-9:]))
    return {shape for shape, numbers in known.items() if len(numbers) >= _OFTEN and _counts(shape, numbers)}


def _counts(shape: str, numbers: list[int]) -> bool:
    """They stand beside several words, as a running title does, and grow by one nearly each time."""
    words = len(_WORD.findall(shape))
    steps = [after - before for before, after in pairwise(numbers)]
    return words >= 3 and sum(step == 1 for step in steps) >= 0.8 * len(steps)


def groups(found: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines between empty ones, furniture each time by itself."""
    for (filled, furniture), group in groupby(found, lambda line: (bool(line.text), line.furniture)):
        if filled and furniture:
            yield from ([line] for line in group)
        elif filled:
            yield list(group)
