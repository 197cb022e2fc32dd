"""Manual pages in troff (.1 to .9), written with the man or the mdoc macros."""

import re
from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element, Facts
from app.curation.documents.format import Format

_MACROS = re.compile(rb"^[.'][ \t]*(TH|SH|Dd|Dt|Sh|so)\b", re.MULTILINE)
_MDOC = re.compile(rb"^\.[ \t]*D[dt]\b", re.MULTILINE)


class Man(Format):
    suffixes = (*(f".{section}" for section in range(1, 10)), ".man", ".mdoc")

    def claims(self, head: bytes, name: str) -> bool:
        return _MACROS.search(head) is not None

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.office.text import content, decoded
        from app.curation.documents.pandoc import elements as pandoc

        source = content(path)
        format = "mdoc" if _MDOC.search(source) else "man"
        yield from pandoc.elements(decoded(source).encode(), format, Facts(), titled=False, quotes=False)
