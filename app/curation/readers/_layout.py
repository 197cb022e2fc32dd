"""Whether JSON text is one object per line or one document, seen from its beginning."""

from collections.abc import Iterator

import orjson

from app.curation.readers._data import Data
from app.curation.readers._limits import KIB

_HEAD = 64 * KIB


def is_lines(data: Data, limit: int, unless_told: bool) -> bool:
    """`unless_told` is the answer where the text itself does not say: what the file's name promises."""
    head = data.head(_HEAD)
    if b"\n" not in head.strip():
        head = data.head(limit)
    first, second = _first_two(head.removeprefix(b"\xef\xbb\xbf"))
    value = _value(first)
    if isinstance(value, dict):
        return unless_told or second is not None
    if isinstance(value, list) and second is not None:
        return not any(isinstance(part, dict) for part in value)
    if value is not None or not first.startswith((b"{", b"[")):
        return unless_told or second is not None
    if first.startswith(b"["):
        return unless_told and first != b"[" and second is not None and second.startswith(b"[")
    return unless_told and (second is None or second.startswith(b"{"))


def _first_two(head: bytes) -> tuple[bytes, bytes | None]:
    found = _filled(head)
    return next(found, b""), next(found, None)


def _filled(head: bytes) -> Iterator[bytes]:
    """Lines that are not blank; no split of the whole, for one line may be all there is."""
    start = 0
    while start < len(head):
        stop = head.find(b"\n", start)
        stop = len(head) if stop < 0 else stop
        if text := head[start:stop].strip():
            yield text
        start = stop + 1


def _value(text: bytes) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
