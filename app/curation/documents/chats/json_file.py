"""A chat that is one JSON document: looked at by its beginning, and read whole."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from app.curation.documents.format import Unreadable
from app.curation.sample import Json

_LARGEST = 400 << 20


def load(path: Path) -> Any:
    """Unreadable where it is no JSON, or larger than 400 MiB."""
    if path.stat().st_size > _LARGEST:
        raise Unreadable("too_large", "This chat is larger than 400 MiB. Export it again in parts, such as by year.")
    try:
        return orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise Unreadable(
            "broken_json", f"The JSON is damaged at line {error.lineno}. Export the chat again, and upload it whole."
        ) from error


def has_keys(head: bytes, *keys: str) -> bool:
    """True where a file opens with an object, and each key stands in its beginning."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    return text.startswith("{") and all(re.search(rf'"{key}"\s*:', text) for key in keys)


def dicts(values: Any) -> list[Json]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def seconds(value: Any) -> float | None:
    """ISO 8601 as seconds; a time without a zone is taken as it is."""
    try:
        told = datetime.fromisoformat(str(value))
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
