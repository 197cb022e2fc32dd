"""One JSON document: a list of records, an object that holds lists of records, or a single record."""

from collections.abc import Iterator
from io import BytesIO

from app.curation.readers._data import Data
from app.curation.readers._elements import Elements
from app.curation.readers._json_items import excerpt_of, json_item, too_long
from app.curation.readers._json_value import Unreadable, parse
from app.curation.readers._reader import Broken, Item, Reader
from app.curation.readers._refused import FileRefused
from app.curation.sample import Json
from app.curation.shapes import known

_BOM = b"\xef\xbb\xbf"
_LISTS_OF_A_RECORD = {
    "messages",
    "conversations",
    "conversation",
    "prompt",
    "completion",
    "chosen",
    "rejected",
    "tools",
}


def document_items(reader: Reader, data: Data, skip: int) -> Iterator[Item]:
    """Every list element at its line and offset. An object is a record if a shape claims it, else a box of lists."""
    head = data.head(reader.limits.line + 1)
    place = Elements(data, reader.limits.line)
    if head.startswith(_BOM):
        place.pass_bytes(len(_BOM))
    opening = place.peek()
    if opening == b"[":
        place.pass_bytes(1)
        yield from _list_items(reader, place, skip)
        yield from _nothing_after(reader, place, skip)
    elif opening == b"{" and _is_box(head, reader):
        place.pass_bytes(1)
        yield from _box_items(reader, place, skip)
    elif opening:
        yield from _single(reader, head, place, skip)


def _box_items(reader: Reader, place: Elements, skip: int) -> Iterator[Item]:
    """The lists of objects in an object; one too large to be looked at that holds none is one record too long."""
    line, offset = place.line, place.offset
    while place.seek_list() is not None:
        yield from _list_items(reader, place, skip)
    if reader.position == 0 and reader.take() >= skip:
        yield too_long(b"", 0, line, offset, reader.limits)


def _list_items(reader: Reader, place: Elements, skip: int) -> Iterator[Item]:
    for line, offset, text, end, long in place.list():
        if end or text:
            position = reader.take()
            if position >= skip:
                yield (too_long if long else json_item)(text, position, line, offset, reader.limits)
        if not end:
            raise FileRefused("file_truncated", "The file ends before its list does. Upload the complete file.")


def _nothing_after(reader: Reader, place: Elements, skip: int) -> Iterator[Item]:
    if place.peek():
        position = reader.take()
        if position >= skip:
            message = "There is more after the end of the list; it was not read. Put all records into one list."
            yield Broken("not_json", message, position, place.line, place.offset)


def _single(reader: Reader, head: bytes, place: Elements, skip: int) -> Iterator[Item]:
    position = reader.take()
    if position < skip:
        return
    text = head.removeprefix(_BOM)
    make = too_long if len(head) > reader.limits.line else json_item
    yield make(text.strip(), position, place.line, place.offset, reader.limits)


def _is_box(head: bytes, reader: Reader) -> bool:
    """Too large to be one record, or an object no shape claims that holds at least one list of objects."""
    if len(head) > reader.limits.line:
        return True
    try:
        value = parse(head.removeprefix(_BOM), reader.limits)
    except Unreadable as trouble:
        if trouble.code == "not_json" and _is_concatenated(head, trouble):
            raise FileRefused(
                "looks_like_json",
                "Objects follow each other over several lines. Write one per line, or put them into a list.",
            ) from trouble
        return _begins_a_list(head)
    _refuse_table_of_objects(value)
    return any(_is_list_of_objects(part) for part in value.values()) and not any(
        shape.claims(value) for shape in known().values()
    )


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _refuse_table_of_objects(value: Json) -> None:
    if len(value) > 1 and all(isinstance(part, dict) for part in value.values()):
        raise FileRefused(
            "not_a_list",
            f"The file is one object of {len(value):,} named objects (“{excerpt_of(next(iter(value)))[:40]}”, …). "
            "Write them as a list: [{…}, {…}].",
        )


def _is_concatenated(head: bytes, trouble: Unreadable) -> bool:
    return "Extra data" in trouble.message and head[trouble.at or 0 :].lstrip().startswith(b"{")


def _begins_a_list(head: bytes) -> bool:
    """A damaged object may still hold a list of records; a damaged record holds but its own messages."""
    place = Elements(Data(BytesIO(head)), len(head))
    place.pass_bytes(head.index(b"{") + 1)
    key = place.seek_list()
    return key is not None and key.decode(errors="replace") not in _LISTS_OF_A_RECORD
