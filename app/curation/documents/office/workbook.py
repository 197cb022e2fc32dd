"""The sheets of a workbook, row by row: memory does not grow with the sheet, only with the texts that cells share."""

import re
from collections.abc import Iterator
from typing import IO, NamedTuple
from zipfile import ZipFile

from lxml import etree

from app.curation.documents.office.cells import Shown, column_of, shown
from app.curation.documents.office.package import not_a, parts
from app.curation.documents.office.parts import main_part, relations
from app.curation.documents.office.properties import facts_of
from app.curation.documents.office.xml import Node, attribute, child, children, descendants, local, parsed
from app.curation.documents.pandoc.program import damaged, too_large

MOST_SHEET = 1 << 30
"""Bytes of one sheet, unpacked: it is read as a stream."""
MOST_FILLED = 10_000
"""Cells that one merged range may fill."""
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')

Row = dict[int, str]


class Merged(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int


class Workbook:
    """Hidden sheets are not shown by any program and not read here; `facts` names them."""

    def __init__(self, opened: ZipFile) -> None:
        small = parts(opened, lambda name: name.endswith((".xml", ".rels")) and not _is_data(name))
        main = main_part(small)
        if main is None or main not in small:
            raise not_a(".xlsx")
        self._opened, book = opened, parsed(small[main])
        known = {key: relation.target for key, relation in relations(small, main).items()}
        by_kind = {relation.kind: relation.target for relation in relations(small, main).values()}
        self._shared = self._texts(by_kind.get("sharedStrings", ""))
        styles = small.get(by_kind.get("styles", ""))
        settings = child(book, "workbookPr")
        self._shown = Shown(parsed(styles) if styles else None, attribute(settings, "date1904") in {"1", "true"})
        self.facts = facts_of(small.get("docProps/core.xml"))
        self._sheets = list(self._visible(book, known))

    def _visible(self, book: Node, known: dict[str, str]) -> Iterator[tuple[str, str]]:
        for node in descendants(book, "sheet"):
            title, target = attribute(node, "name") or "", known.get(_relation(node), "")
            if attribute(node, "state") in {"hidden", "veryHidden"}:
                self.facts.metadata.setdefault("hidden_sheets", []).append(title)
            elif target in self._opened.namelist():
                yield title, target

    def _texts(self, name: str) -> list[str]:
        """The texts that cells point to by number."""
        if name not in self._opened.namelist():
            return []
        with self._opened.open(name) as stream:
            return [_said(node) for node in _stream(stream, "si")]

    def sheets(self) -> Iterator[tuple[str, Iterator[tuple[int, Row]]]]:
        for title, name in self._sheets:
            yield title, self._rows(name)

    def _rows(self, name: str) -> Iterator[tuple[int, Row]]:
        """Number and texts by column of each row that has some, merged ranges filled in."""
        merged = self._merged(name)
        open_ranges: dict[Merged, str] = {}
        number = 0
        with self._opened.open(name) as stream:
            for node in _stream(stream, "row"):
                number = _number(node.get("r"), number + 1)
                row = self._row(node)
                _fill(number, row, merged, open_ranges)
                if row:
                    yield number, row

    def _row(self, node: Node) -> Row:
        row: Row = {}
        column = -1
        for cell in node:
            column = column_of(cell.get("r"), column + 1)
            text = shown(cell, self._shared, self._shown)
            if text:
                row[column] = text
        return row

    def _merged(self, name: str) -> dict[int, list[Merged]]:
        """Merged ranges by their first row: they are told after the rows."""
        found: dict[int, list[Merged]] = {}
        with self._opened.open(name) as stream:
            for left, top, right, bottom in _matches(stream):
                told = Merged(column_of(left, 0), int(top), column_of(right, 0), int(bottom))
                if (told.right - told.left + 1) * (told.bottom - told.top + 1) <= MOST_FILLED:
                    found.setdefault(told.top, []).append(told)
        return found


def _relation(node: Node) -> str:
    return next((str(value) for key, value in node.attrib.items() if str(key).endswith("}id")), "")


def _is_data(name: str) -> bool:
    return "/worksheets/" in name or name.endswith("sharedStrings.xml") or "/pivotCache/" in name


def _number(told: str | None, otherwise: int) -> int:
    return int(told) if told and told.isdigit() and len(told) < 9 else otherwise


def _said(node: Node) -> str:
    """A shared text without its reading aid (rPh)."""
    return "".join(_plain(inner) for inner in node if local(inner) in {"t", "r"})


def _plain(node: Node) -> str:
    if local(node) == "t":
        return node.text or ""
    return "".join(inner.text or "" for inner in children(node, "t"))


def _stream(stream: IO[bytes], name: str) -> Iterator[Node]:
    """Elements of this name, each forgotten when the next is asked for."""
    reader = etree.iterparse(
        _Counted(stream), events=("end",), tag=f"{{*}}{name}", resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        for _, node in reader:
            yield node
            node.clear()
            while node.getprevious() is not None:
                del node.getparent()[0]
    except etree.XMLSyntaxError:
        raise damaged() from None


class _Counted:
    """A member's bytes, up to the most that one may have: what it claims of itself is not believed."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._left = stream, MOST_SHEET

    def read(self, size: int = -1) -> bytes:
        told = self._stream.read(min(size, 1 << 20) if size >= 0 else 1 << 20)
        self._left -= len(told)
        if self._left < 0:
            raise too_large()
        return told


def _matches(stream: IO[bytes]) -> Iterator[tuple[str, str, str, str]]:
    counted, rest = _Counted(stream), b""
    while told := counted.read(1 << 18):
        rest += told
        end = 0
        for found in _MERGED.finditer(rest):
            end = found.end()
            left, top, right, bottom = (part.decode() for part in found.groups())
            yield left, top, right, bottom
        rest = rest[max(end, len(rest) - 200) :]


def _fill(number: int, row: Row, merged: dict[int, list[Merged]], running: dict[Merged, str]) -> None:
    """A merged range says in each of its cells what stands in its first."""
    for told in merged.get(number, ()):
        if row.get(told.left):
            running[told] = row[told.left]
    for told in list(running):
        if told.bottom < number:
            del running[told]
            continue
        for column in range(told.left, told.right + 1):
            row[column] = running[told]
