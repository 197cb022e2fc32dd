"""How much of pages, papers in XML, contracts and manuals survives reading, and how fast: python -m benchmarks.documents_web

Truths: Markdown made by another tool for HTML; the words of the file itself for TEI, plain text and Markdown, where
every word between the marks is text. Reads ../shared/data; a format without files there is left out.
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from lxml import etree

from app.curation.documents.document import Block, Element
from app.curation.documents.format import Unreadable, known
from benchmarks.documents_truth import Heading, Parts, markdown_of, mean, parts, recall, row, words

DATA = Path("../shared/data")


def page_truth(file: Path) -> Parts:
    """Written by docling for its own tests."""
    return parts(file.with_name(f"{file.name}.md").read_text())


def tei_truth(file: Path) -> Parts:
    """All text below <text>; a hyphen at the end of a printed line joins its word as it does in the reader."""
    root = etree.parse(file, etree.XMLParser(remove_comments=True)).getroot()
    for broken in root.iter("{*}lb", "lb"):
        broken.tail = f" {broken.tail or ''}"
    body = next(root.iter("text", "{*}text"), root)
    return Parts(Counter(words(re.sub(r"(?<=\w)-\s+", "-", "".join(body.itertext())))), _heads(body), Counter())


def _heads(body: etree._Element) -> list[Heading]:
    found = [" ".join(words(" ".join(head.itertext()))) for head in body.iter("head", "{*}head")]
    return [Heading(1, text) for text in found if text]


def text_truth(file: Path) -> Parts:
    """Every word of the file: the few that were divided at the end of a line count as lost."""
    return Parts(Counter(words(file.read_text("utf-8", "replace"))), [], Counter())


def markdown_truth(file: Path) -> Parts:
    return parts(file.read_text())


SETS: dict[str, tuple[str, Iterable[Path], Callable[[Path], Parts]]] = {
    "HTML": ("html", sorted((DATA / "office_html_epub/docling").glob("*.html")), page_truth),
    "TEI": ("tei", sorted((DATA / "pdf/papers").glob("*.tei.xml")), tei_truth),
    "Plain text": ("plain_text", sorted((DATA / "docs_contracts").glob("*/*.txt")), text_truth),
    "Markdown": ("markdown", sorted((DATA / "docs_tech/rust_book_src").glob("*.md")), markdown_truth),
}


def read(key: str, file: Path) -> list[Element]:
    try:
        return list(known()[key].elements(file, file.name))
    except Unreadable as refused:
        sys.stdout.write(f"{file.name}: {refused.code}\n")
        return []


def main() -> None:
    sys.stdout.write(
        row("Format", "Files", "Words", "Precision", "Headings", "Table cells", "Worst file", "MB per CPU second")
        + "\n"
    )
    sys.stdout.write(row(*["---"] * 8) + "\n")
    for name, (key, found, truth_of) in SETS.items():
        files = list(found)
        if not files:
            continue
        read(key, files[0])
        begun = time.process_time()
        made = [read(key, file) for file in files]
        rate = sum(file.stat().st_size for file in files) / 1e6 / (time.process_time() - begun)
        figures = [
            recall(truth_of(file), parts(markdown_of(elements)) if key != "plain_text" else _plain(elements))
            for file, elements in zip(files, made, strict=True)
        ]
        worst = min((one.words, file.name) for one, file in zip(figures, files, strict=True) if one.words is not None)
        sys.stdout.write(
            row(
                name,
                len(files),
                *(
                    mean(getattr(one, field) for one in figures)
                    for field in ("words", "precision", "headings", "cells")
                ),
                f"{worst[0]:.3f} {worst[1][:40]}",
                round(rate, 2),
            )
            + "\n"
        )


def _plain(elements: list[Element]) -> Parts:
    """Contracts say things like [*] that Markdown would take for marks: their words are counted as they stand."""
    return Parts(Counter(words("\n".join(one.text for one in elements if isinstance(one, Block)))), [], Counter())


if __name__ == "__main__":
    main()
