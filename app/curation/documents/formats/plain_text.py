"""Plain text (.txt): paragraphs between empty lines."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Block, BlockKind, Element, Facts
from app.curation.documents.format import Format


class PlainText(Format):
    suffixes = (".txt", ".text")
    order = 900

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        yield Facts()
        for part in path.read_text("utf-8", "replace").split("\n\n"):
            if part.strip():
                yield Block(BlockKind.PARAGRAPH, part.strip("\n"))
