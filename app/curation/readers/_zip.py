"""A look at the end of a ZIP archive before its directory is read into memory."""

import os
from typing import BinaryIO

from app.curation.readers._limits import MIB, Limits
from app.curation.readers._refused import FileRefused

_END, _END64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_DIRECTORY = 64 * MIB


def check_directory(file: BinaryIO, limits: Limits) -> None:
    """FileRefused where it is no archive, or one of too many members; leaves the file at its start."""
    entries, size = _announced(file)
    file.seek(0)
    if entries > limits.members or size > _DIRECTORY:
        raise FileRefused(
            "too_many_members", f"The archive announces {entries:,} files; {limits.members:,} are allowed. Split it."
        )


def _announced(file: BinaryIO) -> tuple[int, int]:
    """Number of entries and bytes of the directory, from the end record (APPNOTE 4.3.16, for ZIP64 4.3.14)."""
    length = file.seek(0, os.SEEK_END)
    file.seek(max(length - 66_000, 0))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        raise FileRefused("type_mismatch", "The file is named .zip but is no ZIP archive, or its end is missing.")
    entries, size = int.from_bytes(tail[at + 10 : at + 12], "little"), int.from_bytes(tail[at + 12 : at + 16], "little")
    if entries < 0xFFFF and size < 0xFFFFFFFF:
        return entries, size
    return _announced_64(file, tail, at) or (entries, size)


def _announced_64(file: BinaryIO, tail: bytes, at: int) -> tuple[int, int] | None:
    locator = tail[max(at - 20, 0) : at]
    if not locator.startswith(_LOCATOR):
        return None
    file.seek(int.from_bytes(locator[8:16], "little"))
    record = file.read(56)
    if not record.startswith(_END64):
        return None
    return int.from_bytes(record[32:40], "little"), int.from_bytes(record[40:48], "little")
