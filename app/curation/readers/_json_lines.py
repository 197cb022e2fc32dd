"""JSON Lines: one object per line, blank lines are nothing."""

from collections.abc import Iterator

from app.curation.readers._data import Data
from app.curation.readers._json_items import json_item, too_long
from app.curation.readers._lines import lines
from app.curation.readers._reader import Item, Reader


def line_items(reader: Reader, data: Data, skip: int) -> Iterator[Item]:
    limits = reader.limits
    for number, offset, text, long in lines(data, limits.line, blank_too=False):
        if not long and (not text or text.isspace()):
            continue
        position = reader.take()
        if position >= skip:
            make = too_long if long else json_item
            yield make(text, position, number, offset, limits)
