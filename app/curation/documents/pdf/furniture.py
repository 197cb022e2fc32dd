"""Running headers, footers and page numbers: what stands at the edges of several neighbouring pages alike."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.curation.documents.pdf.runs import Line, Run, line, rows

_EDGE = 0.16
"""Share of the page's height at its top and bottom where furniture stands."""
_MOST = 5
_SAME = 0.012
"""Share of the page's height by which the same line may stand higher or lower on another page."""
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(
    r"^[\W_]*(?:(?:page|pg|seite|p|página|pagina|стр|صفحة)\b\W*)?(\d{1,4}|[ivxlc]{1,7})(?:\s*(?:of|/|von|de|sur|из)\s*\d{1,4})?[\W_]*$",
    re.IGNORECASE,
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass(slots=True)
class Edge:
    """A row near the top or the bottom of a page; `depth` counts from the outermost, 0."""

    key: str
    height: float
    upper: bool
    number: int | None
    line: Line
    runs: list[Run]


def edges(found: Sequence[Run], height: float) -> list[Edge]:
    """The outermost rows first, those of the top before those of the bottom."""
    body = rows(found)
    made: list[Edge] = []
    for upper in (True, False):
        for depth, row in enumerate((body if upper else list(reversed(body)))[:_MOST]):
            edge = _edge(row, height, upper)
            if not _outer(edge, _EDGE) and (depth or edge.number is None):
                break
            made.append(edge)
    return made


def _outer(edge: Edge, zone: float) -> bool:
    return edge.height < zone if edge.upper else edge.height > 1 - zone


def _edge(row: list[Run], height: float, upper: bool) -> Edge:
    told = line(row)
    number = _NUMBER.match(told.text)
    key = _DIGITS.sub("#", told.text.casefold())
    return Edge(key, (told.top + told.bottom) / 2 / height, upper, _value(number[1]) if number else None, told, row)


def furniture(page: int, here: list[Edge], others: dict[int, list[Edge]], pages: int) -> list[Edge]:
    """The rows of this page that are furniture. Only what stands outside of all the rest can be."""
    found: list[Edge] = []
    needed = 1 if pages <= 4 else 2
    for upper in (True, False):
        for edge in (edge for edge in here if edge.upper == upper):
            if not (_repeated(page, edge, others, needed) or _numbers(page, edge, others, pages)):
                break
            found.append(edge)
    return found


def _repeated(page: int, edge: Edge, others: dict[int, list[Edge]], needed: int) -> bool:
    if sum(map(str.isalpha, edge.key)) < 3:
        return False
    alike = sum(
        any(other.key == edge.key and abs(other.height - edge.height) < _SAME for other in rest)
        for number, rest in others.items()
        if number != page
    )
    return alike >= needed


def _numbers(page: int, edge: Edge, others: dict[int, list[Edge]], pages: int) -> bool:
    """A page number: it counts as the pages do, or stands alone on the only page. One far inside counts on two more."""
    if edge.number is None:
        return False
    if pages == 1:
        return _outer(edge, 0.08)
    alike = sum(
        any(other.number is not None and other.number - edge.number == number - page for other in rest)
        for number, rest in others.items()
        if number != page
    )
    return alike >= (1 if _outer(edge, _EDGE) else 2)


def _value(text: str) -> int:
    if text.isdigit():
        return int(text)
    values = [_ROMAN[c] for c in text.lower()]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
