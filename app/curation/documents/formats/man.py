"""Manual pages in troff (.1 to .9), written with the man or the mdoc macros."""

import re
from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element, Facts
from app.curation.documents.format import Format

_MACROS = re.compile(rb"^[.'][ \t]*(TH|SH|Dd|Dt|Sh|so)\b", re.MULTILINE)
_MDOC = re.compile(rb"^\.[ \t]*D[dt]\b", re.MULTILINE)
_TABLE = re.compile(r"(^\.TS.*\n(?:[^\n]*;[ \t]*\n)?)((?:[^\n]*\n)*?[^\n]*\.[ \t]*\n)", re.MULTILINE)
_MODIFIERS = re.compile(r"[pvPV][-+]?\d+|[wW](?:\([^)]*\)|\d+)|[fF](?:\([A-Z]{2}|[A-Z]{1,2})|[bBiIxXeEzZuUtTdDmM]|\d+")


def _simple(found: re.Match[str]) -> str:
    """A table's layout with the letters of its columns alone: pandoc leaves tables out that ask for more."""
    return found[1] + _MODIFIERS.sub("", found[2])


class Man(Format):
    suffixes = (*(f".{section}" for section in range(1, 10)), ".man", ".mdoc")

    def claims(self, head: bytes, name: str) -> bool:
        return _MACROS.search(head) is not None

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.office.text import content, decoded
        from app.curation.documents.pandoc import elements as pandoc

        source = content(path)
        format = "mdoc" if _MDOC.search(source) else "man"
        text = _TABLE.sub(_simple, decoded(source))
        yield from pandoc.elements([text.encode()], format, Facts(), titled=False, quotes=False)
