"""Uploaded and released files, stored under the hash of their content in a directory that all machines share."""

import errno
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from app.services.errors import Invalid
from app.settings import get_settings

TEMPORARY = "incoming"


class NoSpace(Invalid):
    """The disk is full."""


@dataclass(frozen=True)
class Stored:
    """A file that is safely on the disk."""

    sha256: str
    size: int
    path: Path


class Incoming:
    """A file being written. Nothing of it is visible until `keep`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._hash = hashlib.sha256()
        self._file = path.open("wb")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def write(self, chunk: bytes) -> None:
        """Append a chunk. NoSpace where the disk is full."""
        try:
            self._file.write(chunk)
        except OSError as error:
            raise _explained(error, self.size) from error
        self._hash.update(chunk)
        self.size += len(chunk)

    def keep(self) -> Stored:
        """Flush to the disk and give the file its lasting name. A file that is already there is kept once."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _explained(error, self.size) from error
        self._file.close()
        sha256 = self._hash.hexdigest()
        target = path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        self.path.replace(target)
        _sync(target.parent)
        return Stored(sha256, self.size, target)

    def close(self) -> None:
        """Remove what was not kept."""
        try:
            self._file.close()
        except OSError:  # the last bytes find no room: they were to be thrown away
            pass
        finally:
            self.path.unlink(missing_ok=True)


@contextmanager
def incoming() -> Iterator[Incoming]:
    """Write a file of any size: ``with incoming() as file: file.write(chunk) ...; stored = file.keep()``."""
    directory = get_settings().blob_dir / TEMPORARY
    directory.mkdir(parents=True, exist_ok=True)
    with _sweeping(directory):
        file = Incoming(directory / uuid4().hex)
    try:
        yield file
    finally:
        file.close()


def path(sha256: str) -> Path:
    """Where a file with this hash is or would be."""
    if len(sha256) != 64 or not sha256.isalnum():
        raise ValueError("not a sha256")
    return get_settings().blob_dir / sha256[:2] / sha256


def keep(source: Path) -> Stored:
    """Store a copy of a file that is already on this machine."""
    with incoming() as file, source.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            file.write(chunk)
        return file.keep()


def discard(sha256: str, seconds: float) -> bool:
    """Delete a file that nobody refers to. One that was stored within this time stays: somebody may be about to."""
    target = path(sha256)
    aside = target.with_name(f".{uuid4().hex}")
    try:
        if _is_younger(target, seconds):
            return False
        target.rename(aside)
    except FileNotFoundError:
        return False
    again = _is_younger(aside, seconds)  # stored once more between the two lines above
    if again:
        with suppress(FileExistsError):
            os.link(aside, target)
    aside.unlink()
    return not again


def _is_younger(file: Path, seconds: float) -> bool:
    return time.time() - file.stat().st_mtime < seconds


def free_bytes() -> int:
    """Free space where files are stored."""
    directory = get_settings().blob_dir
    directory.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(directory).free


@contextmanager
def _sweeping(directory: Path) -> Iterator[None]:
    """Remove files that no process holds any more: those of one that was killed.

    One process at a time may sweep or begin a file.
    """
    with (directory / ".lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        for left in directory.iterdir():
            if not left.name.startswith(".") and _is_abandoned(left):
                left.unlink(missing_ok=True)
        yield


def _is_abandoned(left: Path) -> bool:
    try:
        with left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return True
    except OSError:  # somebody holds it, or has finished with it just now
        return False


def _sync(directory: Path) -> None:
    """A new name in a directory survives a power cut only once the directory itself is on the disk."""
    number = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _explained(error: OSError, written: int) -> Exception:
    if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
        return error
    return NoSpace(
        f"The disk is full: {written:,} bytes of this file were written, then there was no space left. "
        "Nothing was kept of it. Free some space and try again."
    )
