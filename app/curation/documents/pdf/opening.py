"""Opens a PDF, or says clearly why it cannot be opened."""

import ctypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2.raw as pdfium

from app.curation.documents.document import Facts
from app.curation.documents.format import Unreadable

MOST_PAGES = 5000
_HEAD = 1024
_META = {
    "author": "Author",
    "subject": "Subject",
    "keywords": "Keywords",
    "creator": "Creator",
    "producer": "Producer",
    "created": "CreationDate",
    "modified": "ModDate",
}
_DATE = re.compile(r"D?:?(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)(\d\d)?)?")
# Titles that a program wrote, not a person: a file's name, a placeholder.
_NO_TITLE = re.compile(
    r"^(microsoft (word|powerpoint|excel)\b.*|untitled.*|no ?title|title|document\d*|slide \d+"
    r"|.*\.(docx?|pptx?|xlsx?|pdf|tex|dvi|indd|qxd|fm|rtf|exe|html?|txt))$",
    re.IGNORECASE,
)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The document, closed again afterwards. Unreadable where it is none, is encrypted, or has too many pages."""
    _told_apart(path)
    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadDocument(str(path).encode(), None)
    if not document:
        raise _refusal(pdfium.FPDF_GetLastError())
    try:
        _countable(pdfium.FPDF_GetPageCount(document))
        yield document
    finally:
        pdfium.FPDF_CloseDocument(document)


def facts(document: Any) -> Facts:
    """Number of pages, and what the file says about itself."""
    told = {key: _meta(document, name) for key, name in _META.items()}
    told |= {key: _date(told[key]) for key in ("created", "modified")}
    title = _meta(document, "Title")
    return Facts(
        title=title if sum(map(str.isalpha, title)) > 2 and not _NO_TITLE.match(title) else "",
        language=_language(document),
        pages=pdfium.FPDF_GetPageCount(document),
        metadata={key: value for key, value in told.items() if value},
    )


def _told_apart(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\0 \r\n\t"):
        raise Unreadable("empty", "This file is empty.")
    if b"%PDF-" in head:
        return
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")):
        raise Unreadable(
            "type_mismatch", "This file is named .pdf but is a web page. Save the page as PDF, or name it .html."
        )
    if start.startswith(b"pk\x03\x04"):
        raise Unreadable(
            "type_mismatch", "This file is named .pdf but is an archive or an Office file. Give it its own ending."
        )
    raise Unreadable("type_mismatch", "This file is named .pdf but does not begin as a PDF does.")


def _refusal(error: int) -> Unreadable:
    if error in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
        return Unreadable("encrypted", "This PDF opens with a password only. Save a copy without one and add that.")
    return Unreadable("damaged", "This PDF is damaged or not complete: it cannot be opened. Save or download it again.")


def _countable(pages: int) -> None:
    if pages < 1:
        raise Unreadable("damaged", "This PDF has no pages that can be found. Save or download it again.")
    if pages > MOST_PAGES:
        raise Unreadable("pdf_limit", f"This PDF has {pages:,} pages; {MOST_PAGES:,} can be read. Split it.")


def _meta(document: Any, name: str) -> str:
    size = pdfium.FPDF_GetMetaText(document, name.encode(), None, 0)
    if not 2 < size <= 1 << 16:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDF_GetMetaText(document, name.encode(), buffer, size)
    text = buffer.raw[: size - 2].decode("utf-16-le", "replace")
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())


def _date(text: str) -> str:
    """2023-08-14 or 2023-08-14T10:30, as far as it is told."""
    if not (found := _DATE.match(text)):
        return text
    year, month, day, hour, minute, _ = found.groups()
    date = "-".join(part for part in (year, month, day) if part)
    return f"{date}T{hour}:{minute}" if hour and day else date


def _language(document: Any) -> str:
    size = pdfium.FPDFCatalog_GetLanguage(document, None, 0)
    if not 2 < size <= 128:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    pdfium.FPDFCatalog_GetLanguage(document, buffer, size)
    text = bytes(buffer).decode("utf-16-le", "replace").rstrip("\0").lower()
    return text if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]+)*", text) else ""
