"""Scientific articles in JATS, the markup of PubMed Central and most journals (.nxml, .xml)."""

import re
from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.format import Format

_ROOT = re.compile(rb"<(?:\w+:)?article[\s>]")
_MARKUP = re.compile(rb"<(?:\w+:)?(front|article-meta|journal-meta)[\s>]|article-type=|dtd-version=|JATS|NLM//DTD")


class Jats(Format):
    suffixes = (".nxml", ".jats", ".xml")
    order = 50

    def claims(self, head: bytes, name: str) -> bool:
        """Only the name .xml needs a look: other markup shares it."""
        if not name.lower().endswith(".xml"):
            return True
        return _ROOT.search(head) is not None and _MARKUP.search(head) is not None

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.office.article import prepared
        from app.curation.documents.office.text import content
        from app.curation.documents.pandoc import elements as pandoc

        source, facts = prepared(content(path))
        yield from pandoc.elements([source], "jats", facts, heading=facts.title)
