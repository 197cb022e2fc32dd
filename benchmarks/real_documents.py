"""Real documents, cut to several hundred to several thousand characters at paragraph ends: nothing is made up.

Technical documents, contracts, medical answers, web pages, chat, answers to instructions and short notes in many
languages, from the shared test data.
"""

import html
import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import orjson

SIZES = (300, 500, 800, 1200, 1600, 2400, 4000)
SHORTEST = 300
_TAG = re.compile(r"<[^>]+>")


class Document(NamedTuple):
    """The folder of the test data that it comes from, and its text."""

    source: str
    text: str


def real_documents(data: Path) -> Iterator[Document]:
    """About 13,000, always in the same order."""
    sizes = cycle(SIZES)
    for source, text in _sources(data):
        for piece in _cut(text.strip(), sizes):
            if len(piece) >= SHORTEST:
                yield Document(source, piece)


def _sources(data: Path) -> Iterator[tuple[str, str]]:
    for folder in ("docs_tech", "docs_contracts", "docs_medquad", "office_html_epub", "multilingual_docs_tldr"):
        for file in sorted((data / folder).rglob("*")):
            if file.suffix in {".txt", ".md", ".rst", ".html", ".xml"} or (folder == "docs_tech" and file.is_file()):
                yield folder, _plain(file)
    answers = (str(record["output"]) for record in _records(data / "alpaca" / "alpaca.jsonl"))
    yield from (("alpaca", answer) for answer in answers if len(answer) >= 1.5 * SHORTEST)
    yield from (
        ("judged_medical_answers", str(record.get("answer", "")))
        for record in _records(data / "judged_medical_answers" / "judged.jsonl")
    )
    with ZipFile(data / "chat" / "slack_export_testarchive.zip") as archive:
        for name in archive.namelist():
            if name.endswith(".json") and "/" in name:
                said = [
                    str(line.get("text", "")) for line in orjson.loads(archive.read(name)) if isinstance(line, dict)
                ]
                yield "chat", "\n".join(said)
    slack = (data / "chat" / "slack_racket_general_2019.xml").read_text("utf-8")
    yield "chat", "\n\n".join(html.unescape(text) for text in re.findall(r"<text>(.*?)</text>", slack, re.DOTALL))


def _plain(file: Path) -> str:
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return html.unescape(_TAG.sub(" ", text)) if file.suffix in {".html", ".xml"} else text


def _records(file: Path) -> Iterator[dict[str, object]]:
    yield from map(orjson.loads, file.read_bytes().splitlines())


def _cut(text: str, sizes: Iterator[int]) -> Iterator[str]:
    """Pieces of the next size or somewhat more, up to a blank line or, where none is near, a blank."""
    at = 0
    while at < len(text):
        size = next(sizes)
        end = text.find("\n\n", at + size, at + 2 * size)
        end = end if end > 0 else text.find(" ", at + size)
        end = end if end > 0 else len(text)
        yield text[at:end].strip()
        at = end
