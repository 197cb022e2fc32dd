"""Tables of pandoc's syntax tree as pipe tables: a cell that spans several stands in each of them."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from app.curation.documents.markdown_table import tables
from app.curation.documents.pandoc.inlines import Node

Cells: TypeAlias = list[list[Node]]
_MOST_SPAN = 200


def content_of_box(content: Any) -> list[Node] | None:
    """A table of a single cell is a frame around text; None where it is a table."""
    found = list(rows(content))
    return found[0][0] if len(found) == 1 and len(found[0]) == 1 else None


def pipe_tables(content: Any, text: Callable[[list[Node]], str]) -> Iterator[str]:
    """Without a header of its own the first row that says something is the header."""
    written: dict[int, str] = {}

    def once(nodes: list[Node]) -> str:
        """A spanning cell is the same list in each place: written anew its footnotes would count again."""
        if id(nodes) not in written:
            written[id(nodes)] = text(nodes)
        return written[id(nodes)]

    told = ([list(map(once, row)) for row in part] for part in (_spread(content[3][1]), _body(content)))
    head, body = ([row for row in part if any(row)] for part in told)
    if not head:
        head, body = body[:1], body[1:]
    if head:
        width = max(map(len, head + body))
        head, body = ([row + [""] * (width - len(row)) for row in part] for part in (head, body))
        yield from tables(head, body)


def rows(content: Any) -> Iterator[Cells]:
    """Every row, header first."""
    yield from _spread(content[3][1])
    yield from _body(content)


def _body(content: Any) -> Iterator[Cells]:
    for body in content[4]:
        yield from _spread([*body[2], *body[3]])
    yield from _spread(content[5][1])


def _spread(told: Any) -> Iterator[Cells]:
    """Rows with their spans filled in."""
    hanging: dict[int, tuple[int, list[Node]]] = {}
    for _, cells in told:
        row: Cells = []
        for _, _, high, wide, nodes in cells:
            _fill(row, hanging)
            for _ in range(min(wide, _MOST_SPAN)):
                if high > 1:
                    hanging[len(row)] = (high - 1, nodes)
                row.append(nodes)
        _fill(row, hanging)
        yield row


def _fill(row: Cells, hanging: dict[int, tuple[int, list[Node]]]) -> None:
    """Cells that hang down from rows above, as far as they follow."""
    while len(row) in hanging:
        left, nodes = hanging.pop(len(row))
        if left > 1:
            hanging[len(row)] = (left - 1, nodes)
        row.append(nodes)
