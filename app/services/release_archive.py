"""A whole release as one stream, ZIP or TAR: the same bytes every time, and never more than a piece of it in memory."""

import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, cast

CHUNK = 1 << 20
_BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP can say; a real one would make other bytes of the same release."""

Member = tuple[str, Path]
"""A name inside the archive, and where its bytes are."""


def as_zip(members: Sequence[Member]) -> Iterator[bytes]:
    """Stored, not compressed: large files are packed already where somebody asked for it."""
    out = _Pipe()
    with zipfile.ZipFile(cast("IO[bytes]", out), "w", zipfile.ZIP_STORED) as archive:
        for name, path in sorted(members):
            info = zipfile.ZipInfo(name, _BEGINNING)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            info.file_size = path.stat().st_size
            with archive.open(info, "w") as target:
                for chunk in _chunks(path):
                    target.write(chunk)
                    yield out.taken()
    yield out.taken()


def as_tar(members: Sequence[Member]) -> Iterator[bytes]:
    """Nobody's files, of no time."""
    written = 0
    for name, path in sorted(members):
        info = tarfile.TarInfo(name)
        info.size = path.stat().st_size
        head, padding = info.tobuf(tarfile.PAX_FORMAT), -info.size % tarfile.BLOCKSIZE
        yield head
        yield from _chunks(path)
        yield bytes(padding)
        written += len(head) + info.size + padding
    end = 2 * tarfile.BLOCKSIZE
    yield bytes(end + -(written + end) % tarfile.RECORDSIZE)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


class _Pipe:
    """What an archive writes, to be taken away piece by piece. It cannot go back, and says so."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing lingers here."""

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)
