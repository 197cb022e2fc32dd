"""Any other XML document: its text in order, paragraphs and headings found by common names and by how elements are used."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.format import Format


class XmlText(Format):
    suffixes = (".xml", ".dita", ".dbk", ".docbook")
    order = 950

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.markup.header import facts
        from app.curation.documents.markup.reading import Reader
        from app.curation.documents.markup.roles import Vocabulary
        from app.curation.documents.markup.sniff import root

        with path.open("rb") as file:
            found = root(file.read(1 << 16))
        if found is not None and found.name.lower() == "html":
            yield from self._page(path)
            return
        known = facts(path)
        yield known
        yield from Reader(Vocabulary(), known.language).elements(path)

    def _page(self, path: Path) -> Iterator[Element]:
        """A web page that is saved as XML."""
        from app.curation.documents.encodings import read
        from app.curation.documents.web import page, reading

        yield from reading.elements(page.parse(read(path)))
