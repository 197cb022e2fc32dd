"""OpenDocument texts (.odt), as LibreOffice writes them."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.format import Format


class Odt(Format):
    suffixes = (".odt", ".ott")

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.office.opendocument import prepared
        from app.curation.documents.office.package import package, packed, parts
        from app.curation.documents.office.properties import facts_of
        from app.curation.documents.pandoc import elements as pandoc

        with package(path, ".odt") as opened:
            members, title = prepared(parts(opened, lambda part: part.endswith((".xml", "mimetype"))))
        yield from pandoc.elements([packed(members)], "odt", facts_of(members.get("meta.xml")), heading=title)
