"""One page, read: its runs, lines and drawing, or the fault that keeps it from being read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from app.curation.documents.document import Fault
from app.curation.documents.pdf.frame import Frame
from app.curation.documents.pdf.furniture import Edge, edges
from app.curation.documents.pdf.rules import Drawing, drawing
from app.curation.documents.pdf.runs import Line, Run, line, runs
from app.curation.documents.pdf.words import TooLarge, Word, read

_GARBLED = 0.3
"""Share of a page's characters without a meaning from which its text is not kept."""
_PICTURE = 0.3
"""Share of a page without text that a picture covers, from which the page is a scan."""
_FAULTS = {
    "page_unreadable": "Page {page} is damaged and cannot be read.",
    "page_too_slow": "Page {page} takes too long to read and was left out.",
    "page_too_large": "Page {page} holds more text than a page can and was left out.",
    "no_text_layer": "Page {page} is a picture without text, such as a scan. Its text would have to be recognised first.",
    "garbled_text": "The text of page {page} cannot be read: the file does not tell which letters its signs stand for.",
}


def fault(code: str, page: int, excerpt: str = "") -> Fault:
    return Fault(code, _FAULTS[code].format(page=page), page, excerpt)


@dataclass(slots=True)
class Page:
    """`sideways` are lines that run up or down the page beside its text."""

    number: int
    frame: Frame
    runs: list[Run] = field(default_factory=list)
    sideways: list[Line] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    drawing: Drawing = field(default_factory=Drawing)
    fault: Fault | None = None

    @property
    def empty(self) -> bool:
        return not self.runs and not self.sideways


_NOWHERE = Frame(0, 0, 1, 1, 0, 0)


def broken(code: str, number: int) -> Page:
    return Page(number, _NOWHERE, fault=fault(code, number))


def page(document: Any, number: int) -> Page:
    """Never raises: a page that cannot be read is one with a fault."""
    handle = pdfium.FPDF_LoadPage(document, number - 1)
    if not handle:
        return broken("page_unreadable", number)
    try:
        return _read(handle, number)
    except TooLarge:
        return broken("page_too_large", number)
    finally:
        pdfium.FPDF_ClosePage(handle)


def _read(handle: Any, number: int) -> Page:
    text = read(handle)
    made = Page(number, text.frame, drawing=drawing(handle, text.frame))
    letters = sum(len(word.text) for word in text.words)
    if letters and text.lost > _GARBLED * max(letters, text.lost):
        excerpt = " ".join(word.text for word in text.words[:12])[:80]
        made.fault = fault("garbled_text", number, excerpt)
        return made
    if not text.words:
        if made.drawing.pictures > _PICTURE:
            made.fault = fault("no_text_layer", number)
        return made
    upright, sideways = _apart(text.words, text.frame)
    made.runs = runs(upright)
    made.sideways = [line([Run.of(words, 0)]) for words in sideways]
    made.edges = edges(made.runs, text.frame.height)
    return made


def _apart(words: Sequence[Word], frame: Frame) -> tuple[list[Word], list[list[Word]]]:
    """Words that run across the page, and groups of words that run up or down it. Words off the page are left out."""
    if not any(
        bottom - top > 1.8 * (right - left) or right < 0 or left > frame.width or bottom < 0 or top > frame.height
        for _, left, top, right, bottom, _, _, _ in words
    ):
        return list(words), []
    upright: list[Word] = []
    sideways: list[list[Word]] = []
    last: Word | None = None
    for word in words:
        if word.right < 0 or word.left > frame.width or word.bottom < 0 or word.top > frame.height:
            continue
        width, height = word.right - word.left, word.bottom - word.top
        beside = last is not None and abs(word.left - last.left) < 0.6 * (last.right - last.left) and height < 300
        stacked = beside and last is not None and (word.bottom <= last.top + 9 or word.top >= last.bottom - 9)
        if height > 1.8 * width and len(word.text) > 2:
            if stacked and word.near:
                sideways[-1].append(word)
            else:
                sideways.append([word])
            last = word
        elif stacked and word.near:
            sideways[-1].append(word)
            last = word
        else:
            upright.append(word)
            last = None
    return upright, sideways
