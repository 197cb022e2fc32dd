"""reStructuredText (.rst). A preamble of headers, as Python's PEPs have one, is metadata and its title the first heading."""

import re
from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.format import Format

_OTHER_FILES = re.compile(
    r"^([ \t]*)\.\. (?:(?:literal)?include::"
    r"|(?:csv-table|raw)::(?=[^\n]*\n(?:\1[ \t]+:[^\n]*\n)*?\1[ \t]+:(?:file|url):))",
    re.MULTILINE,
)
"""Directives that take in other files become comments: they are not at hand, and pandoc gives up over them."""


class Rst(Format):
    suffixes = (".rst", ".rest")

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.office.text import content, decoded
        from app.curation.documents.pandoc import elements as pandoc
        from app.curation.documents.pandoc.preamble import split

        facts, text = split(_OTHER_FILES.sub(r"\1.. left out", decoded(content(path))))
        yield from pandoc.elements([text.encode()], "rst", facts, heading=facts.title)
