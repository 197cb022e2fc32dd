"""Footnotes and references of a page."""

import re

from lxml.html import HtmlElement

from app.curation.documents.web.tables import cell_text

_NOTE = re.compile(r"^(fn|footnote|endnote|cite_note|note|ftn|_ftn|_edn|sdfootnote)[-_:.]?\d+", re.I)
_BACK = re.compile(r"^[\s↑^↩︎]+|[\s↩︎↑]+$")


def is_note(element: HtmlElement) -> bool:
    """Marked as a note, by its role or the name that the mark in the text points at."""
    if element.get("role") in {"doc-footnote", "doc-endnote"}:
        return True
    return element.tag in {"li", "aside", "p", "div"} and bool(_NOTE.match(element.get("id") or ""))


def holds_notes(element: HtmlElement) -> bool:
    """A list whose items are notes."""
    first = next(element.iterchildren("li"), None)
    return first is not None and is_note(first)


def note(element: HtmlElement) -> str:
    """The note with its number, where the list counts it."""
    text = _BACK.sub("", cell_text(element).replace("\n", " "))
    if element.tag != "li" or not text:
        return text
    number = 1 + sum(1 for _ in element.itersiblings("li", preceding=True))
    return f"[{number}] {text}"
