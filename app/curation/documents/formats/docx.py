"""Word documents (.docx and its templates). Macros are not looked at; changes under review are taken as accepted."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.format import Format


class Docx(Format):
    suffixes = (".docx", ".docm", ".dotx", ".dotm")

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.office.package import package, parts
        from app.curation.documents.office.properties import facts_of
        from app.curation.documents.office.word import pieces
        from app.curation.documents.pandoc import elements as pandoc

        with package(path, ".docx") as opened:
            members = parts(opened, lambda part: part.endswith((".xml", ".rels")))
        facts = facts_of(members.get("docProps/core.xml"))
        yield from pandoc.elements(pieces(members), "docx+styles", facts)
