"""What an uploaded file consists of: itself, what it unpacks to, or the members of an archive.

Nothing is ever written to disk under a name from inside an archive.
"""

import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypeAlias

import pyarrow as pa

import app.curation.readers as package
from app.curation.readers._data import Budget, Data
from app.curation.readers._limits import Limits
from app.curation.readers._reader import Reader
from app.curation.readers._refused import FileRefused
from app.curation.readers._zip import check_directory
from app.curation.registry import plugins

_PACKED = {".gz": ("gzip", b"\x1f\x8b"), ".zst": ("zstd", b"\x28\xb5\x2f\xfd")}
_ARCHIVES = (".zip", ".gz", ".zst", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz")


@cache
def known() -> dict[str, type[Reader]]:
    """Every reader by its key."""
    return plugins(package, Reader)  # type: ignore[type-abstract]


@dataclass(frozen=True, slots=True)
class Part:
    """One file to be read: its name, the key of its reader, and its bytes, opened when asked for."""

    name: str
    format: str
    open: Callable[[], Data]


@dataclass(frozen=True, slots=True)
class Unread:
    """An archive member that is passed over, and why."""

    name: str
    code: str
    message: str


Piece: TypeAlias = Part | Unread


def pieces(file: BinaryIO, name: str, limits: Limits) -> Iterator[Piece]:
    """In the order they are stored. FileRefused where the file as a whole cannot be read."""
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        raise FileRefused("empty_file", "The file is empty. Upload one that holds records.")
    suffix = PurePosixPath(name.lower()).suffix
    if suffix == ".zip":
        yield from _members(file, name, Budget(size, limits), limits)
    elif suffix in _PACKED:
        yield _unpacked(file, name, suffix, Budget(size, limits))
    else:
        yield Part(name, _format(name), lambda: Data(file, plain=file))


def formats(name: str) -> str | None:
    """The key of the reader for a file of this name; None where there is none."""
    lower = name.lower()
    return next((key for key, reader in known().items() if lower.endswith(reader.suffixes)), None)


def _format(name: str) -> str:
    if found := formats(name):
        return found
    readable = ", ".join(suffix for reader in known().values() for suffix in reader.suffixes)
    raise FileRefused(
        "unsupported_type",
        f"Files named like “{Path(name).name[:80]}” cannot be read. Upload {readable}, also as .gz, .zst or .zip.",
    )


def _unpacked(file: BinaryIO, name: str, suffix: str, budget: Budget) -> Part:
    codec, magic = _PACKED[suffix]
    head = file.read(4)
    file.seek(0)
    if not head.startswith(magic):
        raise FileRefused(
            "type_mismatch", f"The file is named {suffix} but is no {codec} data. Upload it under its right name."
        )
    return Part(
        name, _format(name[: -len(suffix)]), lambda: Data(pa.CompressedInputStream(pa.PythonFile(file), codec), budget)
    )


def _members(file: BinaryIO, name: str, budget: Budget, limits: Limits) -> Iterator[Piece]:
    check_directory(file, limits)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused(
            "type_mismatch", "The file is named .zip but is no ZIP archive that can be opened."
        ) from error
    found = [_member(archive, info, name, budget) for info in archive.infolist() if not _is_clutter(info)]
    _refuse_if_unreadable(found)
    seen: set[str] = set()
    for piece in found:
        twice = piece.name in seen
        seen.add(piece.name)
        yield Unread(piece.name, "duplicate_member", "Another file of this name is in the archive.") if twice else piece


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, budget: Budget) -> Piece:
    full, format = f"{name}/{info.filename}", formats(info.filename)
    if info.flag_bits & 1:
        return Unread(full, "archive_encrypted", "This file is locked by a password. Upload it without one.")
    if info.filename.lower().endswith(_ARCHIVES):
        return Unread(
            full, "archive_nested", "This is an archive inside an archive. Unpack it and upload it by itself."
        )
    if format is None:
        return Unread(full, "unsupported_member", "Files of this kind cannot be read. It was passed over.")
    return Part(full, format, lambda: Data(_opened(archive, info), budget))


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> zipfile.ZipExtFile:
    try:
        return archive.open(info)  # type: ignore[return-value]
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError, EOFError) as error:
        raise FileRefused(
            "file_truncated", "This member of the archive is damaged or packed in an unusual way."
        ) from error


def _is_clutter(info: zipfile.ZipInfo) -> bool:
    return info.is_dir() or info.filename.startswith("__MACOSX/")


def _refuse_if_unreadable(found: list[Piece]) -> None:
    """FileRefused where no member can be read: with the members' own reason if they share one."""
    if any(isinstance(piece, Part) for piece in found):
        return
    if not found:
        raise FileRefused("no_records", "The archive holds no files. Upload one that does.")
    codes = {piece.code for piece in found if isinstance(piece, Unread)}
    if "archive_encrypted" in codes:
        raise FileRefused("archive_encrypted", "The archive is locked by a password. Upload it without one.")
    if "archive_nested" in codes:
        raise FileRefused("archive_nested", "The archive holds another archive. Unpack it and upload what is inside.")
    raise FileRefused(
        "unsupported_type", "No file in the archive can be read. Put .jsonl, .json, .csv, .tsv or .parquet in it."
    )
