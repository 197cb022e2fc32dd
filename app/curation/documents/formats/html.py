"""Web pages (.html, .htm, .xhtml): the content in blocks, navigation and notices kept apart as furniture."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.encodings import read
from app.curation.documents.format import Format


class Html(Format):
    suffixes = (".html", ".htm", ".xhtml", ".xht", ".shtml")
    order = 500

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.web import page, reading

        yield from reading.elements(page.parse(read(path)))
