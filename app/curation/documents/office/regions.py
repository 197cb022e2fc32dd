"""The tables of a sheet: rows that follow each other without a gap, in pieces that each carry the header."""

import re
from collections.abc import Iterable, Iterator

from app.curation.documents.document import Block, BlockKind
from app.curation.documents.markdown_table import MOST_CHARACTERS, tables
from app.curation.documents.pandoc import spans

Row = dict[int, str]
_NUMBER = re.compile(r"[-+(]?[\d.,:%\s-]+\)?")


def blocks(rows: Iterable[tuple[int, Row]]) -> Iterator[Block]:
    """A row of one text is a paragraph, where no table goes on."""
    table, last = _Table(), 0
    for number, row in rows:
        gap, last = number != last + 1, number
        if gap and not table.goes_on(row):
            yield from table.blocks()
            table = _Table()
        if not table.header and len(set(row.values())) == 1:
            yield Block(BlockKind.PARAGRAPH, spans.escaped(next(iter(row.values()))))
            continue
        table.add(row)
        if table.size > MOST_CHARACTERS:
            yield from table.blocks()
    yield from table.blocks()


class _Table:
    """Rows that wait to be written under their header."""

    def __init__(self) -> None:
        self.header: Row = {}
        self.size = 0
        self._held: list[Row] = []
        self._written = False

    def add(self, row: Row) -> None:
        if not self.header:
            self.header = row
        else:
            self._held.append(row)
            self.size += sum(len(text) + 3 for text in row.values())

    def goes_on(self, row: Row) -> bool:
        """After a gap: the same columns, and no names for them."""
        alike = len(self.header) > 1 and len(row) > 1 and set(row) <= set(self.header)
        return alike and any(_NUMBER.fullmatch(text) for text in row.values())

    def blocks(self) -> Iterator[Block]:
        """What waits; a header alone only where nothing ever stood under it. Columns that say nothing are left out."""
        if self._held or (self.header and not self._written):
            columns = sorted(set(self.header).union(*self._held))
            lines = [[spans.escaped(row.get(column, "")) for column in columns] for row in [self.header, *self._held]]
            yield from (Block(BlockKind.TABLE, text) for text in tables(lines[:1], lines[1:]))
        self._held, self.size, self._written = [], 0, True
