"""Values of typed columns as plain JSON: times and decimals as text, bytes only if they are UTF-8, no NaN."""

import math
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.curation.readers._json_value import Unreadable


def plain(value: Any) -> Any:
    """Unreadable: non_finite, encoding, unsupported_value."""
    kind = type(value)
    if value is None or kind in (str, int, bool):
        return value
    if kind is float:
        return _finite(value)
    if kind is dict:
        return {key: plain(part) for key, part in value.items()}
    if kind in (list, tuple):
        return [plain(part) for part in value]
    if kind is bytes:
        return _decoded(value)
    return _as_text(value)


def _finite(value: float) -> float:
    if math.isfinite(value):
        return value
    raise Unreadable("non_finite", f"A value is {value}, which JSON cannot hold. Write null or a number.")


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("encoding", "A binary value is not UTF-8 text. Leave the column out or decode it.") from error


def _as_text(value: Any) -> str:
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID, timedelta)):
        return str(value)
    raise Unreadable(
        "unsupported_value", f"A value of type {type(value).__name__} cannot be stored. Leave the column out."
    )
