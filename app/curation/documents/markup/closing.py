"""What an element is once it is closed: one part, by its role, or by what it turned out to hold."""

import re
from collections.abc import Callable, Iterator

from app.curation.documents.markup.frames import BREAK, Frame, Part, indented, lines, running
from app.curation.documents.markup.roles import Role

Maker = Callable[[Frame, int], Iterator[Part]]

_SHORT = 400
"""Characters of a record that is read as one."""
_COUNTED = re.compile(r"(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)] |\([a-z\d]{1,3}\) |[•·–-] ")


def closed(frame: Frame, level: int) -> Iterator[Part]:
    """The parts that the element leaves to the one around it."""
    make = _MAKERS.get(frame.role)
    if make is not None:
        yield from make(frame, level)
    elif frame.speaks():
        yield from _paragraph(frame, level)
    else:
        yield from _record([part for part in frame.parts if part.role is not Role.INLINE])


def _record(parts: list[Part]) -> Iterator[Part]:
    """A few short fields, each of another name, belong together; anything else stays apart."""
    names = {part.mark for part in parts}
    short = sum(len(part.text) for part in parts) < _SHORT
    if short and 1 < len(parts) == len(names) and "" not in names:
        yield Part(Role.PARAGRAPH, "\n".join(part.text for part in parts))
    else:
        yield from parts


def _paragraph(frame: Frame, level: int) -> Iterator[Part]:
    yield Part(Role.PARAGRAPH, running(frame.parts), mark=frame.name)


def _inline(frame: Frame, level: int) -> Iterator[Part]:
    """Everything in it as running text of the element around it."""
    for part in frame.parts:
        yield Part(Role.INLINE, part.text if part.role is Role.INLINE else f" {part.text} ")


def _heading(frame: Frame, level: int) -> Iterator[Part]:
    yield Part(Role.HEADING, running(frame.parts).replace("\n", " "), level=level)


def _break(frame: Frame, level: int) -> Iterator[Part]:
    """The end of a printed line is a blank, except within a word."""
    yield Part(Role.INLINE, "" if frame.attributes.get("break") == "no" else " ")
    yield from _inline(frame, level)


def _line(frame: Frame, level: int) -> Iterator[Part]:
    """A line of verse."""
    yield Part(Role.INLINE, f"{running(frame.parts)}{BREAK}")


def _code(frame: Frame, level: int) -> Iterator[Part]:
    from app.curation.documents.web.code import fenced

    text = "".join(part.text for part in frame.parts).strip("\n")
    language = frame.attributes.get("language", "") or frame.attributes.get("lang", "")
    yield Part(Role.CODE, fenced(text, language) if text.strip() else "")


def _quote(frame: Frame, level: int) -> Iterator[Part]:
    from app.curation.documents.web.pieces import quoted

    yield Part(Role.QUOTE, quoted("\n\n".join(lines(frame.parts))))


def _item(frame: Frame, level: int) -> Iterator[Part]:
    yield Part(Role.ITEM, "\n".join(lines(frame.parts)))


def _list(frame: Frame, level: int) -> Iterator[Part]:
    """Numbered where the document says so. A heading of the list is a line before it."""
    kind = frame.attributes.get("type", "") + frame.attributes.get("list-type", "") + frame.attributes.get("rend", "")
    numbered = frame.name in {"ol", "orderedlist", "steps"} or any(
        sign in kind for sign in ("order", "number", "arabic")
    )
    made: list[str] = []
    number = 0
    counted = all(_COUNTED.match(part.text) for part in frame.parts if part.role is Role.ITEM)
    for part in frame.parts:
        if part.role is Role.ITEM or part.role is Role.LIST:
            number += part.role is Role.ITEM
            mark = "" if counted else f"{number}. " if numbered else "- "
            by = " " * len(mark)
            made.append(
                mark + indented(part.text, by).lstrip() if part.role is Role.ITEM else indented(part.text, "  ")
            )
        elif part.text.strip():
            made.append(f"- {part.text.strip()}")
    yield Part(Role.LIST, "\n".join(made))


def _cell(frame: Frame, level: int) -> Iterator[Part]:
    yield Part(
        Role.CELL, " ".join(lines(frame.parts)), mark=frame.attributes.get("cols", frame.attributes.get("colspan", ""))
    )


def _row(frame: Frame, level: int) -> Iterator[Part]:
    from app.curation.documents.web.tables import one_line

    cells: list[str] = []
    for part in frame.parts:
        if part.role is Role.CELL:
            wide = min(int(part.mark), 100) if part.mark.isascii() and part.mark.isdigit() else 1
            cells += [one_line(part.text)] * wide
        elif part.text.strip():
            cells.append(one_line(part.text))
    yield Part(Role.ROW, " ".join(cells), tuple(cells))


def _table(frame: Frame, level: int) -> Iterator[Part]:
    """Captions and headings before it, notes after it. Without rows it is the text that it holds."""
    from app.curation.documents.web.tables import pipe_table

    rows = [list(part.cells) for part in frame.parts if part.role is Role.ROW and part.cells]
    width = max(map(len, rows), default=0)
    for part in frame.parts:
        if part.role in {Role.HEADING, Role.CAPTION}:
            yield Part(Role.CAPTION, part.text)
    if rows:
        yield Part(Role.TABLE, pipe_table([row + [""] * (width - len(row)) for row in rows]))
    rest = [part for part in frame.parts if part.role not in {Role.HEADING, Role.CAPTION, Role.ROW}]
    yield Part(Role.PARAGRAPH, running(rest))


def _whole(role: Role) -> Maker:
    def make(frame: Frame, level: int) -> Iterator[Part]:
        yield Part(role, running(frame.parts))

    return make


_MAKERS: dict[Role, Maker] = {
    Role.HEADING: _heading,
    Role.PARAGRAPH: _paragraph,
    Role.INLINE: _inline,
    Role.LIST: _list,
    Role.ITEM: _item,
    Role.TABLE: _table,
    Role.ROW: _row,
    Role.CELL: _cell,
    Role.CODE: _code,
    Role.QUOTE: _quote,
    Role.NOTE: _whole(Role.NOTE),
    Role.CAPTION: _whole(Role.CAPTION),
    Role.FORMULA: _whole(Role.FORMULA),
    Role.FURNITURE: _whole(Role.FURNITURE),
    Role.BREAK: _break,
    Role.LINE: _line,
}
