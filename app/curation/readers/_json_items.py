"""A piece of JSON text as an item: an object is a record, anything else says what is wrong with it."""

from app.curation.readers._json_value import Unreadable, parse
from app.curation.readers._limits import Limits
from app.curation.readers._reader import Broken, Item, Record
from app.curation.shapes import kind


def json_item(text: bytes, position: int, line: int, offset: int, limits: Limits) -> Item:
    """`line` and `offset` are those of the text's first byte."""
    try:
        value = parse(text, limits)
    except Unreadable as trouble:
        return Broken(trouble.code, trouble.message, position, line, offset, excerpt_of(text))
    if type(value) is dict:
        return Record(value, position, line, offset, len(text))
    message = f"Here is {kind(value)}, but every record must be an object with named fields: {{…}}."
    return Broken("not_an_object", message, position, line, offset, excerpt_of(text))


def too_long(text: bytes, position: int, line: int, offset: int, limits: Limits) -> Broken:
    message = f"The record is longer than {limits.line >> 20:,} MiB. Split it or leave it out."
    return Broken("line_too_long", message, position, line, offset, excerpt_of(text))


def excerpt_of(text: bytes | str) -> str:
    """The first 200 characters, with everything that cannot be stored made visible."""
    shown = text[:800].decode(errors="replace") if isinstance(text, bytes) else text
    return shown[:200].replace("\0", "␀").encode(errors="replace").decode()
