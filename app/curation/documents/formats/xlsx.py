"""Workbooks (.xlsx): each sheet a heading and its tables, values as they are shown. Macros are not looked at."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Block, BlockKind, Element
from app.curation.documents.format import Format


class Xlsx(Format):
    suffixes = (".xlsx", ".xlsm", ".xltx", ".xltm")

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.office.package import no_text, package
        from app.curation.documents.office.regions import blocks
        from app.curation.documents.office.workbook import Workbook

        with package(path, ".xlsx") as opened:
            workbook = Workbook(opened)
            yield workbook.facts
            shown = False
            for title, rows in workbook.sheets():
                for at, block in enumerate(blocks(rows)):
                    if at == 0:
                        yield Block(BlockKind.HEADING, title, 1)
                    shown = True
                    yield block
            if not shown:
                raise no_text()
