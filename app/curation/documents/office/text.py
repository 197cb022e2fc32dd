"""Files that are text: read whole within bounds, and decoded as what they are."""

import codecs
from pathlib import Path

from app.curation.documents.format import Unreadable
from app.curation.documents.pandoc.program import too_large

MOST_TEXT = 64 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def content(path: Path) -> bytes:
    if path.stat().st_size > MOST_TEXT:
        raise too_large()
    return path.read_bytes()


def decoded(source: bytes) -> str:
    """UTF-8 or what its mark says; else the code page of Western Europe. Refused where it holds no text."""
    named = next((encoding for mark, encoding in _MARKS if source.startswith(mark)), "")
    if not named and b"\0" in source[:4096]:
        raise Unreadable(
            "type_mismatch", "This file holds no text, though its name says so. Rename it or leave it out."
        )
    if named:
        return source.decode(named, "replace")
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError:
        return source.decode("cp1252", "replace")
