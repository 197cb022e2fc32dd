"""The files of a release wherever they are: in a folder, a zip or a tar archive, read once from front to back."""

import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast

import pyarrow as pa

MANIFEST, SIGNATURE, KEY = "manifest.json", "manifest.json.minisig", "winnow.pub"
BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, pa.ArrowException)
"""What reading a damaged archive raises: here, or from a stream that was handed out."""
_ZSTD = b"\x28\xb5\x2f\xfd"


class NotReadable(Exception):
    """There is no release to look at; the message says why and what to do."""


class Damaged(Exception):
    """An archive that ends in the middle or holds other bytes than its own sums say."""


class Member(NamedTuple):
    """One file. `stream` is None for what is no plain file, such as a link; it may be read until the next is asked for."""

    name: str
    stream: IO[bytes] | None


def members(path: Path) -> Iterator[Member]:
    """Every file with its path inside the release. NotReadable, Damaged."""
    if path.is_dir():
        return _in_folder(path)
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise NotReadable(f"{path} cannot be read: {error.strerror}.") from error
    return _in_zip(path) if zipfile.is_zipfile(path) else _in_tar(path, start == _ZSTD)


def without_folder(names: list[str]) -> str:
    """What stands before every name in an archive of a whole folder; empty where the manifest stands on top."""
    depths = [name for name in names if name.rpartition("/")[2] == MANIFEST]
    return min(depths, key=lambda name: name.count("/")).removesuffix(MANIFEST) if depths else ""


def _in_folder(folder: Path) -> Iterator[Member]:
    for at, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted([*files, *(one for one in folders if Path(at, one).is_symlink())]):
            path = Path(at, name)
            inside = path.relative_to(folder).as_posix()
            if path.is_symlink() or not path.is_file():
                yield Member(inside, None)
                continue
            try:
                with path.open("rb") as stream:
                    yield Member(inside, stream)
            except OSError as error:
                raise NotReadable(f"{path} cannot be read: {error.strerror}.") from error


def _in_zip(path: Path) -> Iterator[Member]:
    with _explaining(path), zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.flag_bits & 1:
                raise NotReadable(f"{path} is locked with a password. Unpack it, and name the folder.")
            if not info.is_dir():
                with archive.open(info) as stream:
                    yield Member(info.filename, stream)


def _in_tar(path: Path, zstd: bool) -> Iterator[Member]:
    with path.open("rb") as file:
        stream = pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd") if zstd else file
        try:
            archive = tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|" if zstd else "r|*")  # noqa: SIM115
        except (tarfile.TarError, OSError, EOFError) as error:
            raise NotReadable(f"{path} is no folder, and no zip or tar archive that can be read.") from error
        with _explaining(path), archive:
            for info in archive:
                if not info.isdir():
                    yield Member(info.name.removeprefix("./"), archive.extractfile(info) if info.isfile() else None)


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        raise Damaged(damage(path, error)) from error


def damage(path: Path, error: Exception) -> str:
    """What a person is told of it."""
    return f"{path.name} is damaged: {str(error).rstrip('.')}."
