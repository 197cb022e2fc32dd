"""Bytes to text, where nothing says for sure in which encoding they are.

UTF-8 checks itself: text in another encoding almost never passes for it, so it goes before what the file says of
itself. A declared encoding goes before a guess. A guess needs enough letters beyond ASCII to stand on; without them, and
where its language is as likely in both, it is windows-1252, as browsers take it.
"""

import codecs
import re
from pathlib import Path

from app.curation.documents.format import Unreadable

LIMIT = 128 << 20
"""Bytes of one document of text: more than that is a corpus, and its tree would not fit in memory."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WESTERN = {
    "ascii",
    "us-ascii",
    "iso-8859-1",
    "latin-1",
    "latin1",
    "iso8859-1",
    "iso-8859-15",
    "cp1252",
    "utf-16",
    "utf-32",
}
"""Declarations that browsers read as windows-1252, and those that the bytes themselves have already refuted."""
_CANDIDATES = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "mac_roman"),
    *("cp932", "euc_jp", "gb18030", "big5", "euc_kr", "iso8859_2"),
]
_SAMPLE = 16 << 10
_ENOUGH = 24
"""Bytes beyond ASCII on which a guess can stand."""
_HIGH = re.compile(rb"[\x80-\xff]")
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"\xd0\xcf\x11\xe0",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
)


def read(path: Path, limit: int = LIMIT) -> bytes:
    """The whole file. Unreadable where it is larger than the limit or is no text at all."""
    if path.stat().st_size > limit:
        raise Unreadable("too_large", f"This document is larger than {limit >> 20} MB. Split it into smaller files.")
    raw = path.read_bytes()
    if raw.startswith(_MAGIC):
        raise Unreadable("not_text", "This file is not text, whatever its name says. Upload it under its own suffix.")
    return raw


def decode(raw: bytes, declared: str = "") -> str:
    """The text, without a byte order mark. Unreadable `not_text` where too much of it is no text in any encoding."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    wide = _wide(raw)
    if wide:
        return raw.decode(wide, "replace")
    _refuse_binary(raw[: 1 << 20])
    if b"\x1b$" in raw or b"\x1b(" in raw:
        return raw.decode("iso2022_jp_2", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _undeclared(raw) if declared.lower() in _WESTERN else _declared(raw, declared)


def _wide(raw: bytes) -> str:
    """UTF-16 without its mark: nearly every other byte of Latin text is zero, always on the same side."""
    head = raw[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 2 < len(head) * 0.6 or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _refuse_binary(head: bytes) -> None:
    if len(_BINARY.findall(head)) > max(8, len(head) // 50):
        raise Unreadable("not_text", "This file is not text, whatever its name says. Upload it under its own suffix.")


def _declared(raw: bytes, declared: str) -> str:
    try:
        return raw.decode(declared) if declared else _undeclared(raw)
    except (LookupError, UnicodeError, ValueError):
        return _undeclared(raw)


def _undeclared(raw: bytes) -> str:
    high = len(_HIGH.findall(raw))
    if sum(map(len, _UTF8.findall(raw))) > 0.9 * high:
        return raw.decode("utf-8", "replace")
    return _western(raw) if high < _ENOUGH else _guessed(raw)


def _western(raw: bytes) -> str:
    """Windows-1252; the five bytes that it leaves open are the controls of Latin-1, as on the web."""
    return raw.decode("cp1252", "winnow_latin")


def _guessed(raw: bytes) -> str:
    from charset_normalizer import from_bytes

    lines = [line for line in raw.splitlines(keepends=True) if _HIGH.search(line)]
    matches = from_bytes(b"".join(lines)[:_SAMPLE] or raw[:_SAMPLE], cp_isolation=_CANDIDATES)
    best = matches.best()
    if best is None:
        return _western(raw)
    western = next((one for one in matches if "cp1252" in one.could_be_from_charset), None)
    if western and western.chaos <= best.chaos + 0.01 and western.coherence >= best.coherence - 0.05:
        return _western(raw)
    return raw.decode(best.encoding, "replace")


def _latin(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("winnow_latin", _latin)
