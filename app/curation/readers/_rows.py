"""Rows of a delimited table with the line and offset they start at; one bad quote costs one line, not the file.

Quoting is RFC 4180's, as the standard library's reader understands it in its strict mode.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from app.curation.readers._limits import Limits
from app.curation.readers._lines import Line
from app.curation.readers._refused import FileRefused


class Row(NamedTuple):
    """`cells` where the row could be read, else `code` and `message`."""

    line: int
    offset: int
    text: bytes
    cells: list[str]
    code: str = ""
    message: str = ""


class _OpenQuote(Exception):
    """A quoted cell went on for longer than any cell may."""


class Rows:
    """Feeds lines to `csv.reader` one at a time, to know which made a row, and to take back what a bad quote took."""

    def __init__(self, source: Iterator[Line], delimiter: str, limits: Limits) -> None:
        csv.field_size_limit(max(csv.field_size_limit(), limits.line))
        self._source = source
        self._delimiter = delimiter
        self._limits = limits
        self._returned: deque[Line] = deque()
        self._taken: list[Line] = []
        self._replayed = 0

    def __iter__(self) -> Iterator[Row]:
        reader = self._reader()
        while True:
            self._taken.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _OpenQuote) as error:
                yield self._give_up(error)
                reader = self._reader()
                continue
            if cells:
                yield self._row(cells)

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self._delimiter, strict=True)

    def _feed(self) -> Iterator[str]:
        size = 0
        while line := self._next_line():
            size = size + len(line.text) if self._taken else len(line.text)
            self._taken.append(line)
            too_much = size > self._limits.lookahead or len(self._taken) > self._limits.lookahead_lines
            if line.long or (too_much and len(self._taken) > 1):
                raise _OpenQuote
            yield line.text.decode(errors="surrogateescape") + "\n"

    def _next_line(self) -> Line | None:
        return self._returned.popleft() if self._returned else next(self._source, None)

    def _row(self, cells: list[str]) -> Row:
        first = self._taken[0]
        text = first.text if len(self._taken) == 1 else b"\n".join(line.text for line in self._taken)
        row = Row(first.number, first.offset, text, cells)
        return row if text.isascii() and b"\0" not in text else _checked(row)

    def _give_up(self, error: Exception) -> Row:
        """The row's first line is lost; the others are read again, each as the start of a row."""
        first, *others = self._taken
        self._replayed += sum(len(line.text) for line in others)
        if self._replayed > self._limits.replays:
            raise FileRefused(
                "file_truncated", "Too many quotes are never closed. Export the table again with proper quoting."
            )
        self._returned.extendleft(reversed(others))
        code, message = _explain(first, bool(others), str(error), self._limits)
        return Row(first.number, first.offset, first.text, [], code, message)


def _explain(first: Line, went_on: bool, error: str, limits: Limits) -> tuple[str, str]:
    if first.long:
        return "line_too_long", f"The line is longer than {limits.line >> 20:,} MiB. Split it or leave it out."
    if went_on or "end of data" in error:
        return (
            "unclosed_quote",
            "A quote opens in this line and is not closed properly. Close it, and double quotes inside.",
        )
    if "new-line" in error:
        return "lone_return", "The line has a carriage return outside quotes. Save the table with ordinary line ends."
    return "stray_quote", "Text follows a closing quote. Write quotes inside a quoted cell twice."


def _checked(row: Row) -> Row:
    """The row, unless its bytes are no UTF-8 or hold a NUL."""
    if (at := row.text.find(b"\0")) >= 0:
        message = f"Byte {at + 1:,} of the row is NUL. Remove it."
        return row._replace(cells=[], code="nul_char", message=message)
    try:
        row.text.decode()
    except UnicodeDecodeError as error:
        message = f"Byte {error.start + 1:,} of the row is not UTF-8. Save the table as UTF-8."
        return row._replace(cells=[], code="encoding", message=message)
    return row
