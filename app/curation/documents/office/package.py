"""Office files and e-books are ZIP packages: what is in one, read under limits, or why it cannot be read."""

import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from app.curation.documents.format import Unreadable
from app.curation.documents.pandoc.program import damaged, too_large

MOST_MEMBERS = 20_000
MOST_TEXT = 96 << 20
"""Bytes of text parts, unpacked. A thousand pages of a word processor are about 20 MiB."""
_MOST_RATIO, _SMALL = 400, 8 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DIRECTORY = 4 << 20


@contextmanager
def package(path: Path, kind: str) -> Iterator[ZipFile]:
    """The package, refused where it is none, locked, or out of all proportion. `kind` is its suffix: .docx"""
    try:
        with ZipFile(path) as opened:
            _check(opened.infolist())
            yield opened
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, KeyError, RuntimeError):
        raise _what_it_is(path, kind) from None


def _check(members: list[ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise too_large()
    if any(member.flag_bits & 1 for member in members):
        raise encrypted()
    if any(out_of_proportion(member) for member in members):
        raise too_large()


def out_of_proportion(member: ZipInfo) -> bool:
    """No text packs so well: somebody wants it to burst."""
    return member.file_size > max(_SMALL, _MOST_RATIO * member.compress_size)


def parts(opened: ZipFile, wanted: Callable[[str], bool], most: int = MOST_TEXT) -> dict[str, bytes]:
    """Members by name, unpacked. What a member claims to hold is not believed."""
    found: dict[str, bytes] = {}
    for member in opened.infolist():
        if not member.is_dir() and wanted(member.filename):
            with opened.open(member) as stream:
                found[member.filename] = _read(stream, most)
            most -= len(found[member.filename])
    return found


def _read(stream: IO[bytes], most: int) -> bytes:
    told = stream.read(max(most, 0) + 1)
    if len(told) > most:
        raise too_large()
    return told


def packed(members: dict[str, bytes]) -> bytes:
    """A package of these members, as pandoc takes it."""
    out = io.BytesIO()
    with ZipFile(out, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def _what_it_is(path: Path, kind: str) -> Unreadable:
    """What a file is that is not the package its name promises."""
    with path.open("rb") as stream:
        head = stream.read(_DIRECTORY)
    if head.startswith(_OLE):
        return encrypted() if "EncryptedPackage".encode("utf-16-le") in head else _old(kind)
    if not head.startswith(b"PK"):
        return not_a(kind)
    return damaged()


def encrypted() -> Unreadable:
    return Unreadable("encrypted", "This file is locked with a password. Save it without one, and upload that.")


def not_a(kind: str) -> Unreadable:
    return Unreadable(
        "type_mismatch", f"The name ends in {kind}, but the file is something else. Save it as {kind}, or rename it."
    )


def _old(kind: str) -> Unreadable:
    return Unreadable(
        "type_mismatch", f"This is a file of an old Office version, before {kind}. Open it and save it as {kind}."
    )


def no_text() -> Unreadable:
    return Unreadable("no_text", "There is no text in this document.")
