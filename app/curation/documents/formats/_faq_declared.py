"""Pairs that a page tells to search engines, as JSON-LD of schema.org's FAQPage and QAPage."""

from collections.abc import Iterator
from html import unescape
from typing import Any

import orjson

from app.curation.documents.html_markdown import Node, holds_html, markdown_of_html
from app.curation.sample import Json

_DEEPEST = 12


def declared_pairs(root: Node) -> list[tuple[str, str]]:
    """Question and answer, in the page's order, each question once. JSON that is broken is passed over."""
    found: dict[str, str] = {}
    for node in root.iter("script"):
        if "ld+json" in str(node.get("type")).lower():
            for question in _questions(_value(node.text or ""), 0):
                name = _plain(question.get("name") or question.get("text"))
                if name:
                    found.setdefault(name, _answer(question))
    return list(found.items())


def _value(text: str) -> Any:
    """With line breaks within strings, which many pages leave in."""
    for attempt in (text, " ".join(text.split()), text.strip().rstrip(";")):
        try:
            return orjson.loads(attempt)
        except orjson.JSONDecodeError:
            continue
    return None


def _questions(value: Any, depth: int) -> Iterator[Json]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for part in value:
            yield from _questions(part, depth + 1)
    elif isinstance(value, dict):
        kinds = value.get("@type")
        if "Question" in (kinds if isinstance(kinds, list) else [kinds]):
            yield value
        else:
            for part in value.values():
                yield from _questions(part, depth + 1)


def _answer(question: Json) -> str:
    for key in ("acceptedAnswer", "suggestedAnswer"):
        answers = question.get(key)
        for answer in answers if isinstance(answers, list) else [answers]:
            if isinstance(answer, dict) and (text := _plain(answer.get("text"))):
                return text
    return ""


def _plain(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    text = unescape(value) if "<" not in value else value
    return markdown_of_html(text) if holds_html(text) else text.strip()
