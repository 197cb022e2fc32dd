"""JSON (.json): a list of records, an object holding such lists, a single record, or JSON Lines under that name."""

from collections.abc import Iterator

from app.curation.readers._data import Data
from app.curation.readers._head import check_text
from app.curation.readers._json_document import document_items
from app.curation.readers._json_lines import line_items
from app.curation.readers._layout import is_lines
from app.curation.readers._reader import Item, Reader


class JsonArray(Reader):
    suffixes = (".json",)

    def items(self, data: Data, skip: int) -> Iterator[Item]:
        check_text(data)
        made = line_items if is_lines(data, self.limits.line, unless_told=False) else document_items
        yield from made(self, data, skip)
