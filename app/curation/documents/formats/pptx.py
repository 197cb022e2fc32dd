"""Presentations (.pptx): slides in their order as pages, titles as headings, speaker notes under their slide."""

from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.format import Format


class Pptx(Format):
    suffixes = (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx")

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        from app.curation.documents.office.package import no_text, package, parts
        from app.curation.documents.office.presentation import Presentation
        from app.curation.documents.office.properties import facts_of

        with package(path, ".pptx") as opened:
            members = parts(opened, lambda part: part.endswith((".xml", ".rels")))
        presentation = Presentation(members)
        facts = facts_of(members.get("docProps/core.xml"))
        facts.pages = len(presentation.slides)
        yield facts
        shown = False
        for number, slide in enumerate(presentation.slides, start=1):
            for block in presentation.blocks(slide):
                block.page, shown = number, True
                yield block
        if not shown:
            raise no_text()
