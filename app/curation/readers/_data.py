"""The unpacked bytes of one file or archive member: read forward once, counted, and stopped where they explode."""

import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO, Protocol

from app.curation.readers._limits import MIB, Limits
from app.curation.readers._refused import FileRefused

CHUNK = MIB
_PACKED_CHUNK = CHUNK // 16
"""Small, for a piece that ends in damage is lost as a whole."""
_BROKEN = (
    tarfile.TarError,
    OSError,
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
    ValueError,
)


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Budget:
    """What a file may unpack to, all members of an archive together."""

    def __init__(self, packed: int, limits: Limits) -> None:
        self._allowed = min(limits.unpacked, max(limits.free_of_ratio, packed * limits.ratio))
        self._spent = 0

    def spend(self, size: int) -> None:
        """FileRefused `unpacked_too_large`."""
        self._spent += size
        if self._spent > self._allowed:
            raise FileRefused(
                "unpacked_too_large",
                f"The file unpacks to more than {self._allowed // MIB:,} MiB, out of proportion to its size or over "
                "the limit. Split it, or upload it unpacked.",
            )


class Data:
    """`budget` is None for a plain file, whose size is what it is."""

    def __init__(self, stream: Readable, budget: Budget | None = None, plain: BinaryIO | None = None) -> None:
        self._stream = stream
        self._budget = budget
        self._plain = plain
        self._ahead = b""
        self._failure: FileRefused | None = None

    def read(self, size: int = CHUNK) -> bytes:
        """The next bytes, at most `size`; empty at the end. FileRefused: file_truncated, unpacked_too_large."""
        chunk = self.head(size)
        self._ahead = self._ahead[len(chunk) :]
        return chunk

    def head(self, size: int) -> bytes:
        """The next `size` bytes without passing them; fewer at the end, or where damage begins (`read` tells)."""
        pieces, have = [self._ahead], len(self._ahead)
        try:
            while not self._failure and have < size and (chunk := self._unpack(size - have)):
                pieces.append(chunk)
                have += len(chunk)
        except FileRefused as failure:
            self._failure = failure
        self._ahead = b"".join(pieces)
        if self._failure and not self._ahead:
            raise self._failure
        return self._ahead[:size]

    @property
    def path(self) -> Path | None:
        """Of a plain file, where it is."""
        return Path(self._plain.name) if self._plain is not None else None

    def seekable(self) -> IO[bytes]:
        """The whole content as a file to seek in: the plain file itself, else an unnamed temporary copy."""
        if self._plain is not None:
            return self._plain
        copy = TemporaryFile()  # noqa: SIM115 - the reader that asked for it closes it
        while chunk := self.read():
            copy.write(chunk)
        copy.seek(0)
        return copy

    def _unpack(self, size: int) -> bytes:
        if self._budget is None:
            return self._stream.read(min(size, CHUNK))
        chunk = _guarded(self._stream.read, min(size, _PACKED_CHUNK))
        self._budget.spend(len(chunk))
        return chunk


def _guarded(read: Callable[[int], bytes], size: int) -> bytes:
    try:
        return read(size)
    except _BROKEN as error:
        raise FileRefused(
            "file_truncated",
            "The compressed data ends early or is damaged. Pack the file again and upload it once more.",
        ) from error
