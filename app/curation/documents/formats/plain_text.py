"""Plain text (.txt): contracts, transcripts, RFCs, what a scanner read."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.encodings import decode, read
from app.curation.documents.format import Format


class PlainText(Format):
    suffixes = (".txt", ".text", ".asc")
    order = 900

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.plain import reading

        yield from reading.elements(decode(read(path)))
