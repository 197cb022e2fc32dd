"""PDF (.pdf): text with its place on the page, in reading order, with headings, lists, tables and footnotes."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Block, BlockKind, Element, Facts, Fault
from app.curation.documents.format import Format, Unreadable


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
    """The same, faults held back until there is text. Unreadable where there is none at all."""
    held: list[Element] = []
    found = False
    for element in elements:
        if found:
            yield element
        elif isinstance(element, Block) and element.kind is not BlockKind.FURNITURE:
            found = True
            yield from (*held, element)
        else:
            held.append(element)
    if not found:
        raise _refusal({element.code for element in held if isinstance(element, Fault)}, held)


def _refusal(codes: set[str], held: list[Element]) -> Unreadable:
    if "no_text_layer" in codes:
        return Unreadable(
            "no_text_layer",
            "This PDF is a scan: pictures of pages without text. Recognise its text first (OCR, an optional extra) "
            "and add the result.",
        )
    if "garbled_text" in codes:
        return Unreadable(
            "garbled_text",
            "The text of this PDF cannot be read: the file does not tell which letters its signs stand for. "
            "Save it again from its source, or recognise its text (OCR).",
        )
    if codes:
        return Unreadable("damaged", "This PDF is damaged: none of its pages can be read. Save or download it again.")
    pages = next((element.pages for element in held if isinstance(element, Facts)), 0)
    return Unreadable(
        "no_text", f"There is no text on {'the page' if pages == 1 else f'the {pages} pages'} of this PDF."
    )
