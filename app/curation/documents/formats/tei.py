"""TEI (.xml, .tei): editions, and papers as GROBID writes them."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.format import Format


class Tei(Format):
    suffixes = (".xml", ".tei")
    order = 200

    def claims(self, head: bytes, name: str) -> bool:
        from app.curation.documents.markup.sniff import root

        found = root(head)
        return found is not None and found.name.lower() in {"tei", "tei.2", "teicorpus"}

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.markup.header import facts
        from app.curation.documents.markup.reading import Reader
        from app.curation.documents.markup.roles import TEI, Vocabulary

        known = facts(path)
        yield known
        yield from Reader(Vocabulary(TEI), known.language).elements(path)
