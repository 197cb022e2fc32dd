"""Rich Text Format (.rtf), in any code page."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.format import Format


class Rtf(Format):
    suffixes = (".rtf",)

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.office.rich_text import facts_of, rejoined, unicode_only
        from app.curation.documents.office.text import content
        from app.curation.documents.pandoc import elements as pandoc

        source = unicode_only(content(path))
        told = source.encode("ascii", "replace")
        yield from pandoc.elements([told], "rtf", facts_of(source), titled=False, mended=rejoined)
