"""The lines of a Markdown page: which are headings or questions, and which stand in listings."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from app.curation.documents.questions import is_question, labels_question

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})\s*$")
_BOLD = re.compile(r"\s{0,3}(?:[-*+]\s+|\d+[.)]\s+)?(\*\*|__)(?!\s)(.+?)\1:?\s*$")
_SUMMARY = re.compile(r"\s*(?:<details[^>]*>\s*)?<summary[^>]*>(.*?)</summary>\s*", re.IGNORECASE)
_TAGS = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_MARKS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`")
_LINK = re.compile(r"!?\[([^\]]{0,500})\]\([^)]{0,2000}\)")
_ANCHOR = re.compile(r"\{#[\w-]+\}\s*$")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
LOWEST = 7
"""Below every heading: a question that is a bold line, a summary or a labelled line."""


class Line(NamedTuple):
    """`level` is that of a heading, 7 for a question that is none, 0 for any other line; `text` is without marks."""

    raw: str
    text: str = ""
    level: int = 0
    question: bool = False


def told_lines(lines: Iterable[str]) -> Iterator[Line]:
    """Every line as what it is; nothing within a fenced listing is a heading."""
    fence, before = "", ""
    for raw in lines:
        if (found := FENCE.match(raw)) and (not fence or found[1].startswith(fence)):
            fence = "" if fence else found[1]
            yield Line(raw)
        elif not fence and (under := _UNDERLINE.match(raw)) and _can_be_title(before):
            yield _heading(before, 1 if under[1][0] == "=" else 2, f"{before}\n{raw}")
            raw = ""
        else:
            yield Line(raw) if fence else _line(raw)
        before = "" if fence else raw


def _line(raw: str) -> Line:
    if found := _HEADING.match(raw):
        return _heading(found[2].rstrip().rstrip("#"), len(found[1]), raw)
    if found := _SUMMARY.match(raw):
        text = unmarked(found[1])
        return Line(raw, text, LOWEST, question=bool(text))
    if (found := _BOLD.match(raw)) and is_question(unmarked(found[2])):
        return Line(raw, unmarked(found[2]), LOWEST, question=True)
    plain = unmarked(raw)
    return Line(raw, plain, LOWEST, question=True) if labels_question(plain) and len(plain) > 6 else Line(raw, plain)


def _heading(text: str, level: int, raw: str) -> Line:
    plain = unmarked(text)
    return Line(raw, plain, level, is_question(plain) and (level > 1 or not plain.lower().startswith("faq")))


def _can_be_title(before: str) -> bool:
    return bool(before.strip()) and before[:1] not in "#>-*+|`~ \t" and not FENCE.match(before)


def unmarked(text: str) -> str:
    """A line as a person reads it: no emphasis, links by their words, no elements of HTML."""
    plain = _MARKS.sub("", _TAGS.sub("", _LINK.sub(r"\1", _ANCHOR.sub("", text))))
    return plain.strip()
