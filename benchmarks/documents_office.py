"""What is kept of office files, e-books and articles, and how fast: against the Markdown that others wrote of them.

    python -m benchmarks.documents_office [FOLDER]

FOLDER holds files with their text beside them (`a.docx` and `a.docx.md`, or `a.docx` and `a.md`), as the shared test
data does. Prints a Markdown table: recall of words, headings and cells of tables, and MB read
per second of processor time, pandoc's included.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from app.curation.documents.document import Element
from app.curation.documents.format import Unreadable, format_of, known
from benchmarks.documents_truth import Recall, markdown_of, mean, parts, recall, row

DATA = Path(__file__).parents[2] / "shared/data/office_html_epub"
KEYS = ("docx", "pptx", "xlsx", "odt", "rtf", "epub", "rst", "man", "org", "jats")


class Read(NamedTuple):
    key: str
    name: str
    size: int
    seconds: float
    found: Recall | None


def main(folder: Path) -> None:
    read = list(_all(folder))
    print(row("file", "words", "precision", "headings", "levels", "cells"))
    print("|---|---:|---:|---:|---:|---:|")
    for one in read:
        if one.found is not None:
            print(row(one.name, *one.found))
    print()
    print(row("format", "files", "with truth", "words", "precision", "headings", "levels", "cells", "MB/s", "s/file"))
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    by_key: dict[str, list[Read]] = defaultdict(list)
    for one in read:
        by_key[one.key].append(one)
    for key, ones in by_key.items():
        measured = [one.found for one in ones if one.found is not None]
        columns = [mean(values) for values in zip(*measured, strict=True)] or [None] * 5
        seconds = sum(one.seconds for one in ones)
        speed = sum(one.size for one in ones) / 1e6 / max(seconds, 0.01)
        print(row(key, len(ones), len(measured), *columns, f"{speed:.2f}", f"{seconds / len(ones):.2f}"))


def _all(folder: Path) -> Iterator[Read]:
    for file in sorted(folder.rglob("*")):
        key = format_of(file.name, file.open("rb").read(1 << 16)) if file.is_file() else None
        if key in KEYS:
            yield _read(key, file)


def _read(key: str, file: Path) -> Read:
    began = sum(os.times()[:4])
    elements = _elements(key, file)
    seconds = sum(os.times()[:4]) - began
    truth = next(
        (other for other in (file.with_name(file.name + ".md"), file.with_suffix(".md")) if other.exists()), None
    )
    found = recall(parts(truth.read_text("utf-8")), parts(markdown_of(elements))) if truth else None
    return Read(key, file.name, file.stat().st_size, seconds, found)


def _elements(key: str, file: Path) -> list[Element]:
    """In this process: what a child costs to start is the same for all formats."""
    try:
        return list(known()[key].elements(file, file.name))
    except Unreadable as refused:
        print(f"{file.name}: {refused.code}: {refused}", file=sys.stderr)
        return []


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
