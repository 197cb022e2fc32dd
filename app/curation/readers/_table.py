"""Delimited tables: a header names the columns, every further row is a record of strings."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import ClassVar

from app.curation.readers._data import Data
from app.curation.readers._head import check_text
from app.curation.readers._json_items import excerpt_of
from app.curation.readers._limits import Limits
from app.curation.readers._lines import Line, lines
from app.curation.readers._reader import Broken, Item, Reader, Record
from app.curation.readers._refused import FileRefused
from app.curation.readers._rows import Row, Rows

_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


class Table(Reader):
    """`delimiter` is the one the file's name promises; another is used only where that one finds a single column."""

    delimiter: ClassVar[str]

    def items(self, data: Data, skip: int) -> Iterator[Item]:
        check_text(data)
        source = lines(data, self.limits.line)
        delimiter, source = _delimiter(source, self.delimiter)
        rows = iter(Rows(source, delimiter, self.limits))
        header = _header(next(rows, None), self.limits)
        for row in rows:
            position = self.take()
            if position >= skip:
                yield _item(row, header, position)


def check_header(names: list[str], limits: Limits) -> list[str]:
    """FileRefused where a column has no name, or another one's: header_empty, header_duplicate, too_many_fields."""
    if len(names) > limits.fields:
        raise FileRefused("too_many_fields", f"The table has {len(names):,} columns; {limits.fields:,} are allowed.")
    for number, name in enumerate(names, 1):
        if not name.strip():
            raise FileRefused(
                "header_empty", f"Column {number} has no name. Name it in the first row, or remove the column."
            )
    for name, count in Counter(names).items():
        if count > 1:
            raise FileRefused(
                "header_duplicate", f"{count} columns are named “{excerpt_of(name)}”. Give each its own name."
            )
    return names


def _header(row: Row | None, limits: Limits) -> list[str]:
    if row is None:
        raise FileRefused("no_records", "The table has no rows. Upload one with a header and at least one row.")
    if row.code:
        raise FileRefused(row.code, f"The first row, which names the columns, cannot be read. {row.message}")
    return check_header(row.cells, limits)


def _delimiter(source: Iterator[Line], promised: str) -> tuple[str, Iterator[Line]]:
    """The delimiter, by a first line ``sep=;``, by promise, or by what splits the header best; and the lines left."""
    first = next((line for line in source if line.text.strip()), None)
    if first is None:
        return promised, iter(())
    text = first.text.decode(errors="replace")
    if told := _SEP.fullmatch(text):
        return told[1], source
    columns = {mark: _columns(text, mark) for mark in (promised, ",", ";", "\t", "|")}
    best = promised if columns[promised] > 1 else max(columns, key=lambda mark: columns[mark])
    return best, chain([first], source)


def _columns(header: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([header], delimiter=delimiter)))
    except (csv.Error, StopIteration):
        return 0


def _item(row: Row, header: list[str], position: int) -> Item:
    code, message = row.code, row.message
    if not code and len(row.cells) != len(header):
        code, message = "ragged_row", f"The row has {len(row.cells)} cells, but the header names {len(header)} columns."
    if code:
        return Broken(code, message, position, row.line, row.offset, excerpt_of(row.text))
    return Record(dict(zip(header, row.cells, strict=True)), position, row.line, row.offset, len(row.text))
