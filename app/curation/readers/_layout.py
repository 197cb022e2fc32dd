"""Whether JSON text is one object per line or one document, seen from its beginning."""

import orjson

from app.curation.readers._data import Data
from app.curation.readers._limits import KIB

_HEAD = 64 * KIB


def is_lines(data: Data, limit: int, unless_told: bool) -> bool:
    """`unless_told` is the answer where the text itself does not say: what the file's name promises."""
    head = data.head(_HEAD).strip()
    if head and b"\n" not in head:
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
    """The first two lines that are not blank."""
    first, _, rest = head.lstrip().partition(b"\n")
    return first.rstrip(), rest.lstrip().partition(b"\n")[0].rstrip() or None


def _value(text: bytes) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
