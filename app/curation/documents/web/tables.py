"""Tables of a page as pipe tables, and whether a table is one or only places parts of the page."""

from collections.abc import Iterator

from lxml.html import HtmlElement

from app.curation.documents.web.grid import WIDEST, Cell, Grid
from app.curation.documents.web.inline import BLOCKS, hidden, rendered, squeezed

_WORDS_OF_LAYOUT = 60


def is_layout(table: HtmlElement) -> bool:
    """Whether the table only places parts of the page beside one another."""
    if table.get("role") in {"presentation", "none"}:
        return True
    if any(True for _ in table.iter("th", "caption", "thead")):
        return False
    rows = list(rows_of(table))
    if max((len(row) for row in rows), default=0) <= 1:
        return True
    return any(_is_part_of_page(cell) for row in rows for cell in row)


def _is_part_of_page(cell: HtmlElement) -> bool:
    """Running text in several blocks."""
    parts = sum(1 for _ in cell.iter("p", "div", "h1", "h2", "h3", "h4", "br", "table", "ul", "ol", "pre"))
    return parts > 1 and len("".join(cell.itertext()).split()) > _WORDS_OF_LAYOUT


def piped(table: HtmlElement) -> str:
    """The first row is the header, as Markdown wants one. Empty where no cell holds text."""
    grid = Grid()
    for row in rows_of(table):
        grid.add(Cell(one_line(cell_text(cell)), _number(cell, "colspan"), _number(cell, "rowspan")) for cell in row)
    return pipe_table(grid.texts())


def pipe_table(rows: list[list[str]]) -> str:
    """Rows of one-line texts, all of the same width."""
    if not rows or not rows[0]:
        return ""
    head, *rest = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, f"|{' --- |' * len(rows[0])}", *rest])


def one_line(text: str) -> str:
    """A text as a cell can hold it."""
    return " ".join(text.split()).replace("\\|", "|").replace("|", "\\|")


def rows_of(table: HtmlElement) -> Iterator[list[HtmlElement]]:
    """Rows of this table and of no table in it. A footer that stands first is shown last."""
    feet: list[HtmlElement] = []
    loose = [part for part in table if part.tag in {"td", "th"}]
    if loose:
        yield loose
    for part in table:
        if part.tag == "tr":
            yield _cells(part)
        elif part.tag in {"thead", "tbody"}:
            yield from (_cells(row) for row in part.iterchildren("tr"))
        elif part.tag == "tfoot":
            feet += part.iterchildren("tr")
    yield from map(_cells, feet)


def _cells(row: HtmlElement) -> list[HtmlElement]:
    return [cell for cell in row if cell.tag in {"td", "th"} and not hidden(cell)]


def _number(cell: HtmlElement, name: str) -> int:
    told = (cell.get(name) or "1").strip()
    return min(max(int(told[:5]), 1), WIDEST) if told.isascii() and told.isdigit() else 1


def cell_text(cell: HtmlElement) -> str:
    """Everything in a cell; items keep their dash."""
    return squeezed("".join(_lines(cell)))


def _lines(element: HtmlElement) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child.tag in BLOCKS and not hidden(child):
            yield " - " if child.tag == "li" else " "
            yield from _lines(child)
            yield " "
        elif isinstance(child.tag, str):
            yield rendered(child)
        yield child.tail or ""
