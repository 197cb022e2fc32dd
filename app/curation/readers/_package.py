"""What an uploaded file consists of: itself, what it unpacks to, or the members of an archive.

Nothing is ever written to disk under a name from inside an archive.
"""

import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, TypeAlias

import pyarrow as pa

import app.curation.readers as package
from app.curation.documents.format import known as known_documents
from app.curation.readers import _tar
from app.curation.readers._data import Budget, Data
from app.curation.readers._documents import is_document, suffixes
from app.curation.readers._limits import Limits
from app.curation.readers._reader import Reader
from app.curation.readers._refused import FileRefused
from app.curation.readers._zip import check_directory
from app.curation.registry import plugins

_PACKED = {".gz": ("gzip", b"\x1f\x8b"), ".zst": ("zstd", b"\x28\xb5\x2f\xfd")}
_ARCHIVES = (".zip", ".gz", ".zst", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz")

_NESTED = ("archive_nested", "This is an archive inside an archive. Unpack it and upload it by itself.")
_UNSUPPORTED = ("unsupported_member", "Files of this kind cannot be read. It was passed over.")


@cache
def known() -> dict[str, type[Reader]]:
    """Every reader by its key."""
    return plugins(package, Reader)  # type: ignore[type-abstract]


@dataclass(frozen=True, slots=True)
class Part:
    """One file to be read: its name, the key of its reader, and its bytes, opened when asked for.

    Of a document, `own_name` is its path in what was uploaded, and `format` is empty where its beginning tells.
    """

    name: str
    format: str
    open: Callable[[], Data]
    own_name: str = ""

    @property
    def is_document(self) -> bool:
        return self.format not in known()


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
    if name.lower().endswith(_tar.SUFFIXES):
        yield from _in_order(_tar_members(file, name, Budget(size, limits), limits))
    elif suffix == ".zip" and _is_slack_export(file):
        yield Part(name, "slack", lambda: Data(file, plain=file), name)
    elif suffix == ".zip":
        yield from _members(file, name, Budget(size, limits), limits)
    elif suffix in _PACKED:
        yield _unpacked(file, name, suffix, Budget(size, limits))
    else:
        yield Part(name, _format(name), lambda: Data(file, plain=file), name)


def is_archive(name: str) -> bool:
    """Whether a file of this name has members."""
    return name.lower().endswith((".zip", *_tar.SUFFIXES))


def formats(name: str) -> str | None:
    """The key of the reader for a file of this name, empty for a document; None where nothing reads it."""
    lower = name.lower()
    key = next((key for key, reader in known().items() if lower.endswith(reader.suffixes)), None)
    return "" if key is None and is_document(lower) else key


def readable() -> str:
    """What can be read, as a list of endings."""
    return ", ".join(
        dict.fromkeys((*(suffix for reader in known().values() for suffix in reader.suffixes), *suffixes()))
    )


def _format(name: str) -> str:
    if (found := formats(name)) is not None and not name.lower().endswith(_ARCHIVES):
        return found
    raise FileRefused(
        "unsupported_type",
        f"Files named like “{Path(name).name[:80]}” cannot be read. Upload {readable()}, "
        "also as .gz or .zst, or several in a .zip, .tar or .tar.gz.",
    )


def _is_slack_export(file: BinaryIO) -> bool:
    """Whether the archive as a whole is one document: what a chat's workspace exports."""
    if "slack" not in known_documents():
        return False
    module = import_module("app.curation.documents.formats.slack")
    found = bool(module.is_export(Path(file.name)))
    return found


def _unpacked(file: BinaryIO, name: str, suffix: str, budget: Budget) -> Part:
    codec, magic = _PACKED[suffix]
    head = file.read(4)
    file.seek(0)
    if not head.startswith(magic):
        raise FileRefused(
            "type_mismatch", f"The file is named {suffix} but is no {codec} data. Upload it under its right name."
        )
    return Part(
        name,
        _format(name[: -len(suffix)]),
        lambda: Data(pa.CompressedInputStream(pa.PythonFile(file), codec), budget),
        name[: -len(suffix)],
    )


def _members(file: BinaryIO, name: str, budget: Budget, limits: Limits) -> Iterator[Piece]:
    check_directory(file, limits)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused(
            "type_mismatch", "The file is named .zip but is no ZIP archive that can be opened."
        ) from error
    yield from _in_order(_member(archive, info, name, budget) for info in archive.infolist() if not _is_clutter(info))


def _in_order(found: Iterable[Piece]) -> Iterator[Piece]:
    """As they come, each name once. FileRefused where none of them can be read."""
    seen: set[str] = set()
    held: list[Piece] | None = []
    for piece in found:
        twice = piece.name in seen
        seen.add(piece.name)
        told = (
            Unread(piece.name, "duplicate_member", "Another file of this name is in the archive.") if twice else piece
        )
        if held is not None:
            held.append(told)
            if isinstance(told, Unread):
                continue
        yield from (told,) if held is None else held
        held = None
    if held is not None:
        _refuse_if_unreadable(held)


def _tar_members(file: BinaryIO, name: str, budget: Budget, limits: Limits) -> Iterator[Piece]:
    """Each must be read before the next is asked for."""
    packed = not name.lower().endswith(".tar")
    if packed and file.read(2) != _PACKED[".gz"][1]:
        raise FileRefused("type_mismatch", "The file is named .gz but is no gzip data. Upload it under its right name.")
    file.seek(0)
    raw = Data(pa.CompressedInputStream(pa.PythonFile(file), "gzip"), budget) if packed else Data(file)
    members_budget = Budget(os.fstat(file.fileno()).st_size, limits)
    for own_name, stream in _tar.members(raw, limits):
        if not _is_clutter_name(own_name):
            yield _tar_member(name, own_name, stream, members_budget)


def _tar_member(name: str, own_name: str, stream: IO[bytes] | None, budget: Budget) -> Piece:
    full, format = f"{name}/{own_name}", formats(own_name)
    if own_name.lower().endswith(_ARCHIVES):
        return Unread(full, *_NESTED)
    if format is None or stream is None:
        return Unread(full, *_UNSUPPORTED)
    return Part(full, format, lambda: Data(stream, budget), own_name)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, budget: Budget) -> Piece:
    full, format = f"{name}/{info.filename}", formats(info.filename)
    if info.flag_bits & 1:
        return Unread(full, "archive_encrypted", "This file is locked by a password. Upload it without one.")
    if info.filename.lower().endswith(_ARCHIVES):
        return Unread(full, *_NESTED)
    if format is None:
        return Unread(full, *_UNSUPPORTED)
    return Part(full, format, lambda: Data(_opened(archive, info), budget), info.filename)


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> zipfile.ZipExtFile:
    try:
        return archive.open(info)  # type: ignore[return-value]
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError, EOFError) as error:
        raise FileRefused(
            "file_truncated", "This member of the archive is damaged or packed in an unusual way."
        ) from error


def _is_clutter(info: zipfile.ZipInfo) -> bool:
    return info.is_dir() or _is_clutter_name(info.filename)


def _is_clutter_name(name: str) -> bool:
    return name.startswith("__MACOSX/")


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
    raise FileRefused("unsupported_type", f"No file in the archive can be read. Put {readable()} in it.")
