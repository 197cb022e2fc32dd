"""PDF (.pdf): text with its place on the page, in reading order, with headings, lists, tables and footnotes."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Block, BlockKind, Element, Fault
from app.curation.documents.format import Format, Unreadable

_MOST_HELD = 100
"""Elements without text: who waits for them should hear that there is progress."""


class Pdf(Format):
    suffixes = (".pdf",)
    paged = True

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.pdf.apart import told

        return _with_text(told(path))

    def page_image(self, path: Path, page: int, width: int) -> bytes:
        from app.curation.documents.pdf.picture import picture

        return picture(path, page, width)


def _with_text(elements: Iterator[Element]) -> Iterator[Element]:
    """The same, faults held back until there is text, or many have come. Unreadable where there is none at all."""
    held: list[Element] = []
    codes: set[str] = set()
    found = False
    for element in elements:
        found = found or (isinstance(element, Block) and element.kind is not BlockKind.FURNITURE)
        if isinstance(element, Fault):
            codes.add(element.code)
        held.append(element)
        if found or len(held) >= _MOST_HELD:
            yield from held
            held.clear()
    if not found:
        raise _refusal(codes)


def _refusal(codes: set[str]) -> Unreadable:
    if "no_text_layer" in codes:
        return Unreadable(
            "no_text_layer",
            "This PDF is a scan: pictures of pages without text. Have its text recognised (OCR) and add the result.",
        )
    if "garbled_text" in codes:
        return Unreadable(
            "garbled_text",
            "The text of this PDF cannot be read: the file does not tell which letters its signs stand for. "
            "Save it again from its source, or recognise its text (OCR).",
        )
    if codes:
        return Unreadable("damaged", "This PDF is damaged: none of its pages can be read. Save or download it again.")
    return Unreadable("no_text", "There is no text in this PDF: its pages are empty, or drawn without letters.")
