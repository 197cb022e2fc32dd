"""Org mode (.org), the outlines of Emacs."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element, Facts
from app.curation.documents.format import Format


class Org(Format):
    suffixes = (".org",)

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.office.text import content, decoded
        from app.curation.documents.pandoc import elements as pandoc

        yield from pandoc.elements([decoded(content(path)).encode()], "org", Facts())
