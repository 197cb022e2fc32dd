"""What trafilatura takes for the main text of a page, as a witness: it drops parts that matter on short or odd pages."""

import re
from collections.abc import Iterator
from copy import deepcopy

from lxml import html
from lxml.etree import strip_elements, tostring
from lxml.html import HtmlElement

_WORD = re.compile(r"\w+")
_LONGEST = 1 << 20
"""Characters of a page that it is asked about: beyond that it takes long, and the marks of the page have to do."""
_RUN = 4


class Advice:
    """The runs of words in the main text."""

    def __init__(self, body: HtmlElement) -> None:
        words = _WORD.findall(_main_text(body).lower())
        self.runs = set(_runs(words))

    def takes(self, text: str) -> bool:
        """Whether most of the text is in it."""
        runs = [] if not self.runs else list(_runs(_WORD.findall(text.lower())))
        return bool(runs) and sum(run in self.runs for run in runs) > 0.5 * len(runs)


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Four words in a row; a shorter text is one run, found only where it is a line of its own or the words are few."""
    for start in range(max(1, len(words) - _RUN + 1) if words else 0):
        yield tuple(words[start : start + _RUN])


def _main_text(body: HtmlElement) -> str:
    """Empty where it fails, which it may on any page: it is a witness, not the judge."""
    page = deepcopy(body)
    strip_elements(page, "script", "style", "noscript", "template", with_tail=False)
    source = tostring(page, encoding="unicode", method="html", with_tail=False)
    if len(source) > _LONGEST:
        return ""
    try:
        from trafilatura import extract

        root = html.document_fromstring(f"<html>{source}</html>")
        return extract(root, favor_recall=True, include_comments=True, include_tables=True, fast=True) or ""
    except Exception:
        return ""
