"""PDFs beside what their words, headings and tables are known to be, and beside pypdf: python -m benchmarks.documents_pdf

Prints Markdown tables. Known are the accepted Markdown of docling, the hand-corrected TEI of papers, and the full text of
the pages that questions about filings are answered from. Words are compared without case and form; order is the share of
neighbouring pairs of the known text that are neighbours in ours. Speed is processor time, all readers in one
run; docling-parse takes part where it is installed.
"""

import argparse
import itertools
import json
import logging
import re
import sys
import time
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

import pypdfium2.raw as pdfium

from app.curation.documents.document import Block, BlockKind
from app.curation.documents.pdf import opening
from app.curation.documents.pdf.reading import Reading

DATA = Path(__file__).parents[2] / "shared" / "data" / "pdf"
_WORD = re.compile(r"\w+", re.UNICODE)
_MARKUP = re.compile(r"<!--.*?-->|```|^\s*\|(?:\s*:?-+:?\s*\|)+\s*$|^#+ ", re.MULTILINE | re.DOTALL)


def words(text: str) -> list[str]:
    """Normal forms; a word broken by a hyphen counts in both its parts."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("\u00ad", ""))


def recall(known: Iterable[str], ours: Iterable[str]) -> float:
    """Share of the known words, as often as they stand there, that are in ours."""
    wanted, found = Counter(known), Counter(ours)
    return sum((wanted & found).values()) / max(1, wanted.total())


def order(known: list[str], ours: list[str]) -> float:
    """Share of neighbouring pairs that are kept."""
    return recall(itertools.pairwise(known), itertools.pairwise(ours))


def blocks(path: Path) -> list[Block]:
    """As the format makes them, in this process."""
    with opening.opened(path) as document:
        reading = Reading(document, opening.facts(document), 1, {})
        steps = [step for _, step in reading.steps() if step is not None]
    return [element for step in steps for element in step if isinstance(element, Block)]


def pypdf_pages(path: Path) -> list[str]:
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(path).pages]


def page_text(found: list[Block], page: int) -> str:
    """What of the blocks stands on this page; a block over two pages counts for both by its places."""
    parts = []
    for block in found:
        if block.page == page and all(place.page == page for place in block.places):
            parts.append(block.text)
        else:
            parts += [block.text[place.start : place.end] for place in block.places if place.page == page]
    return "\n".join(parts)


def documents(data: Path, peer: Callable[[Path], list[str]]) -> list[tuple[str, str, str, str]]:
    """(file, known text, ours, the peer's)"""
    found = []
    for path in sorted(data.glob("docling/*.pdf")):
        known = _MARKUP.sub(" ", path.with_suffix(".md").read_text("utf-8")).replace("\\_", "_").replace("&amp;", "&")
        found.append((path.name, known, _body(blocks(path)), "\n".join(peer(path))))
    for tei in sorted(data.glob("papers/*.tei.xml")):
        path = tei.with_name(tei.name.split(".training")[0] + ".pdf")
        text = ElementTree.parse(tei).getroot().find("text")
        known = "".join(text.itertext()) if text is not None else ""
        known = re.sub(r"(?<=[^\W\d])-\s*\n\s*(?=[a-z])", "", known)
        found.append((tei.name[:40], known, _body(blocks(path)), "\n".join(peer(path))))
    for path in sorted(data.glob("financebench/*.pdf")):
        found += _evidence(path, data / "financebench" / "questions.jsonl", peer)
    return found


def _body(found: list[Block]) -> str:
    return "\n".join(block.text for block in found)


def _evidence(path: Path, questions: Path, peer: Callable[[Path], list[str]]) -> list[tuple[str, str, str, str]]:
    pages: dict[int, str] = {}
    for line in questions.read_text("utf-8").splitlines():
        for evidence in json.loads(line)["evidence"]:
            if evidence["doc_name"] == path.stem:
                pages[evidence["evidence_page_num"]] = evidence["evidence_text_full_page"]
    ours, theirs = blocks(path), peer(path)
    return [
        (f"{path.stem} p. {page + 1}", known, page_text(ours, page + 1), theirs[page] if theirs else "")
        for page, known in sorted(pages.items())
    ]


def structure(data: Path) -> list[tuple[str, int, float, int, float]]:
    """(file, known headings, share found as headings, known cells, share found as cells)"""
    found = []
    for path in sorted(data.glob("docling/*.pdf")):
        known = path.with_suffix(".md").read_text("utf-8")
        ours = blocks(path)
        wanted = [_key(line.lstrip("# ")) for line in known.splitlines() if line.startswith("#")]
        have = Counter(_key(block.text) for block in ours if block.kind is BlockKind.HEADING)
        cells = _cells(known)
        kept = _cells("\n".join(block.text for block in ours if block.kind is BlockKind.TABLE))
        found.append((path.name, len(wanted), recall(wanted, have.elements()), len(cells), recall(cells, kept)))
    return found


def _key(text: str) -> str:
    return " ".join(words(text))


def _cells(markdown: str) -> list[str]:
    rows = [line for line in markdown.splitlines() if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line)]
    return [key for row in rows for cell in row.strip("|").split("|") if (key := _key(cell))]


def speed(read: Callable[[Path], object], paths: list[Path], pages: int) -> float:
    """Pages per second of processor time, the best of three."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        for path in paths:
            read(path)
        best = min(best, time.process_time() - start)
    return pages / best


def raw(path: Path) -> None:
    """What pdfium itself needs: pages and characters loaded, nothing else."""
    with opening.opened(path) as document:
        for index in range(pdfium.FPDF_GetPageCount(document)):
            page = pdfium.FPDF_LoadPage(document, index)
            textpage = pdfium.FPDFText_LoadPage(page)
            pdfium.FPDFText_ClosePage(textpage)
            pdfium.FPDF_ClosePage(page)


def docling_lines(path: Path) -> None:
    """What docling's own parser needs to find the lines: its fastest step. The rest of docling asks for models."""
    from docling_parse.pdf_parser import DoclingPdfParser

    for _, page in DoclingPdfParser(loglevel="fatal").load(path_or_stream=str(path)).iterate_pages():
        len(page.textline_cells)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=DATA)
    data = arguments.parse_args().data
    logging.disable(logging.WARNING)
    if not data.is_dir():
        sys.exit(f"No PDFs in {data}")
    print("| document or page | words kept | pypdf | order kept | pypdf |\n|---|---:|---:|---:|---:|")
    for name, known, ours, theirs in documents(data, pypdf_pages):
        a, b, c = words(known), words(ours), words(theirs)
        print(f"| {name} | {recall(a, b):.3f} | {recall(a, c):.3f} | {order(a, b):.3f} | {order(a, c):.3f} |")
    print("\n| document | headings | found | cells of tables | found |\n|---|---:|---:|---:|---:|")
    for name, headings, found, cells, kept in structure(data):
        print(f"| {name} | {headings} | {found:.3f} | {cells} | {kept:.3f} |")
    paths = [path for path in sorted(data.rglob("*.pdf")) if path.stem not in {"libreoffice-writer-password"}]
    pages = sum(len(pypdf_pages(path)) for path in paths)
    print(f"\n| reader | pages per second of one core ({pages} pages) |\n|---|---:|")
    readers: list[tuple[str, Callable[[Path], object]]] = [
        ("ours", blocks),
        ("pdfium alone, text only", raw),
        ("pypdf", pypdf_pages),
    ]
    if find_spec("docling_parse"):
        readers.append(("docling-parse, lines only", docling_lines))
    for name, read in readers:
        print(f"| {name} | {speed(read, paths, pages):.0f} |")


if __name__ == "__main__":
    main()
