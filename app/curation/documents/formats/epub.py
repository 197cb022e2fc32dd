"""Electronic books (.epub): chapters in reading order, without their lists of contents."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.format import Format


class Epub(Format):
    suffixes = (".epub",)

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.office.book import is_text, pieces
        from app.curation.documents.office.package import package, parts
        from app.curation.documents.pandoc import elements as pandoc

        with package(path, ".epub") as opened:
            chapters, facts = pieces(parts(opened, is_text))
        yield from pandoc.elements(chapters, "epub", facts, titled=False)
