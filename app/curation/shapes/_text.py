"""Text fields of a record: present, a string, and not all of them blank."""

from collections.abc import Iterable
from typing import Any

from app.curation.sample import Json
from app.curation.shapes._shape import Unfit

_KINDS = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}


def kind(value: Any) -> str:
    """What a person calls the JSON type of a value."""
    return "null" if value is None else _KINDS.get(type(value), type(value).__name__)


def text_of(record: Json, key: str) -> str:
    """The string at `key`. Unfit: missing_field, null_text, wrong_type."""
    if key not in record:
        raise Unfit("missing_field", f"The field “{key}” is missing. Add it, or leave the record out.")
    return checked_text(record[key], key)


def checked_text(value: Any, where: str) -> str:
    if type(value) is str:
        return value
    if value is None:
        raise Unfit("null_text", f"“{where}” is null. Write the text, or an empty text if there is none.")
    raise wrong_type(where, "text", value)


def wrong_type(where: str, wanted: str, value: Any) -> Unfit:
    message = f"“{where}” must be {wanted}, but it is {kind(value)}. Correct the record or map other fields."
    return Unfit("wrong_type", message)


def refuse_if_blank(texts: Iterable[str]) -> None:
    """Unfit `empty_record` where no text has a single visible character."""
    for text in texts:
        if text and not text.isspace():
            return
    raise Unfit("empty_record", "Every text of this record is empty. Leave it out or fill it in.")
