"""JSON Lines (.jsonl, .ndjson); a list or a single pretty-printed object under that name is read as what it is."""

from collections.abc import Iterator

from app.curation.readers._data import Data
from app.curation.readers._head import check_text
from app.curation.readers._json_document import document_items
from app.curation.readers._json_lines import line_items
from app.curation.readers._layout import is_lines
from app.curation.readers._reader import Item, Reader


class JsonLines(Reader):
    suffixes = (".jsonl", ".ndjson")

    def items(self, data: Data, skip: int) -> Iterator[Item]:
        check_text(data)
        made = line_items if is_lines(data, self.limits.line, unless_told=True) else document_items
        yield from made(self, data, skip)
