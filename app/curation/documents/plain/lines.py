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
_SHORTEST_PAGE = 20
"""Lines: a list whose items count upwards ("Step 1 of the test") is no running title."""


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
    """On pages: at the edge of a third of them. Without: lines a page apart that count upwards each time they come."""
    if len(pages) > 1:
        shapes = Counter(shape for page in pages for shape in {_shape(page[place]) for place in _edges(page)})
        return {shape for shape, times in shapes.items() if times >= max(2, len(pages) // 3)}
    known: dict[str, list[tuple[int, int]]] = {}
    for place, line in enumerate(pages[0]):
        if line and len(line) < 120 and (numbers := _DIGITS.findall(line)):
            known.setdefault(_shape(line), []).append((place, int(numbers[-1][-9:])))
    return {shape for shape, found in known.items() if len(found) >= _OFTEN and _is_running(shape, found)}


def _is_running(shape: str, found: list[tuple[int, int]]) -> bool:
    """Lines with their numbers: several words beside each, a page apart, and one more nearly each time."""
    words = len(_WORD.findall(shape))
    steps = [after - before for (_, before), (_, after) in pairwise(found)]
    is_apart = found[-1][0] - found[0][0] >= _SHORTEST_PAGE * len(steps)
    return words >= 3 and is_apart and sum(step == 1 for step in steps) >= 0.8 * len(steps)


def groups(found: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines between empty ones, furniture each time by itself."""
    for (filled, furniture), group in groupby(found, lambda line: (bool(line.text), line.furniture)):
        if filled and furniture:
            yield from ([line] for line in group)
        elif filled:
            yield list(group)
