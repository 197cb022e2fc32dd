"""Lines of bytes with their number and offset; an overlong one is passed over in constant memory."""

from collections.abc import Iterator
from typing import NamedTuple

from app.curation.readers._data import Data

_BOM = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """Number from 1, offset of the first byte, the bytes without the line feed; the first of them if it is `long`."""

    number: int
    offset: int
    text: bytes
    long: bool = False


def lines(data: Data, limit: int, *, blank_too: bool = True) -> Iterator[Line]:
    """Split at line feeds only: a lone carriage return or U+2028 stays inside. A byte order mark is passed over.

    Without `blank_too`, long runs of blank lines are passed over at once.
    """
    offset = len(_BOM) if data.head(3) == _BOM else 0
    if offset:
        data.read(offset)
    number, size = 1, 0
    held: list[bytes] = []
    while chunk := data.read():
        if not blank_too and not size and chunk.isspace() and b"\n" in chunk:
            last = chunk.rindex(b"\n")
            number, offset, chunk = number + chunk.count(b"\n"), offset + last + 1, chunk[last + 1 :]
        first, *rest = chunk.split(b"\n")
        size += len(first)
        if size <= limit or not held:
            held.append(first[: limit + 1])
        if not rest:
            continue
        yield Line(number, offset, b"".join(held)[: limit + 1], size > limit)
        number, offset = number + 1, offset + size + 1
        for text in rest[:-1]:
            yield Line(number, offset, text, len(text) > limit)
            number, offset = number + 1, offset + len(text) + 1
        held, size = [rest[-1]], len(rest[-1])
    if size:
        yield Line(number, offset, b"".join(held)[: limit + 1], size > limit)
