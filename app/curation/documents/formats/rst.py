"""reStructuredText (.rst). A preamble of headers, as Python's PEPs have one, is metadata and its title the first heading."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.format import Format


class Rst(Format):
    suffixes = (".rst", ".rest")

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.office.text import content, decoded
        from app.curation.documents.pandoc import elements as pandoc
        from app.curation.documents.pandoc.preamble import split

        facts, text = split(decoded(content(path)))
        yield from pandoc.elements([text.encode()], "rst", facts, heading=facts.title)
