"""How many rows a file holds, counted from its bytes in one pass and little memory."""

import io
from collections.abc import Callable
from hashlib import sha256
from typing import IO, Any, NamedTuple, cast

import pyarrow as pa
import pyarrow.parquet as pq

_CHUNK = 1 << 20
_FOOTER = 64 << 20


class Seen(NamedTuple):
    """A file as it is. `rows` is None for kinds that have none, and -1 where the contents cannot be read as their kind."""

    sha256: str
    size: int
    rows: int | None


class _Hashing(io.RawIOBase):
    """Passes bytes on, and remembers their hash and number."""

    def __init__(self, inner: IO[bytes]) -> None:
        self.inner, self.hash, self.size = inner, sha256(), 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk = self.inner.read(size if size >= 0 else -1)
        self.hash.update(chunk)
        self.size += len(chunk)
        return chunk


def look(name: str, stream: IO[bytes]) -> Seen:
    """Read a file to its end."""
    hashing = _Hashing(stream)
    rows = _rows(name, hashing)
    while hashing.read(_CHUNK):
        pass
    return Seen(hashing.hash.hexdigest(), hashing.size, rows)


def _rows(name: str, stream: _Hashing) -> int | None:
    plain = name.removesuffix(".zst")
    count = _COUNTS.get(plain.rpartition(".")[2])
    if count is None:
        return None
    try:
        opened: Any = stream
        if plain != name:
            opened = pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd")
        return count(cast("IO[bytes]", opened))
    except (OSError, ValueError, pa.ArrowException):
        return -1


def _lines(stream: IO[bytes]) -> int:
    rows, last = 0, b"\n"
    while chunk := stream.read(_CHUNK):
        rows, last = rows + chunk.count(b"\n"), chunk[-1:]
    return rows + (last != b"\n")


def _records(stream: IO[bytes]) -> int:
    """Ends of lines outside quotes, without that of the heading. A doubled quote leaves the quotes and enters them."""
    rows, quoted = 0, False
    while chunk := stream.read(_CHUNK):
        pieces = chunk.split(b'"')
        rows += sum(piece.count(b"\n") for piece in pieces[quoted::2])
        quoted ^= len(pieces) % 2 == 0
    return max(rows - 1, 0)


def _in_parquet(stream: IO[bytes]) -> int:
    """What the footer says: it stands at the end, so that the rest need not be kept."""
    tail = bytearray()
    while chunk := stream.read(_CHUNK):
        tail += chunk
        del tail[: max(len(tail) - _FOOTER, 0)]
    return int(pq.read_metadata(pa.BufferReader(bytes(tail))).num_rows)


_COUNTS: dict[str, Callable[[IO[bytes]], int]] = {
    "jsonl": _lines, "csv": _records, "tsv": _records, "parquet": _in_parquet,
}  # fmt: skip
