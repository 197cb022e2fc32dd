"""Web pages that are lists of questions and answers (.html): each pair an exchange, the rest of the page as text."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from app.curation.documents.document import Element
from app.curation.documents.format import Format, Unreadable
from app.curation.documents.formats._faq_page import read_page
from app.curation.documents.questions import is_question, names_a_faq

_FEWEST = 3
_DECLARED = re.compile(r"[\"'/](?:FAQPage|QAPage)[\"']", re.IGNORECASE)
_TITLE = re.compile(r"<(title|h1)\b[^>]*>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"<(h[2-6])\b[^>]*>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_TOGGLE = re.compile(r"<(summary|dt|button)\b[^>]*>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_BOLD = re.compile(r"<(strong|b)\b[^>]*>(.{3,400}?)</\1>", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")
_HIDDEN = re.compile(
    r"<!--.*?-->|<style\b.*?</style>|<script\b(?![^>]*ld\+json).*?</script>", re.IGNORECASE | re.DOTALL
)
_LARGEST = 64 << 20


class FaqHtml(Format):
    suffixes = (".html", ".htm", ".xhtml")
    order = 40

    def claims(self, head: bytes, name: str) -> bool:
        """The page declares itself a FAQ, or three questions stand in its first 64 KiB: as things to open, as most of
        its headings, or as headings or bold text below a title that names a FAQ. One that begins later is not seen."""
        html = _HIDDEN.sub(" ", head.decode("utf-8", "replace"))
        if _DECLARED.search(html):
            return True
        headings = _texts(_HEADING, html)
        asked = sum(map(is_question, headings))
        if sum(map(is_question, _texts(_TOGGLE, html))) >= _FEWEST or (asked >= _FEWEST and 2 * asked >= len(headings)):
            return True
        named = any(map(names_a_faq, _texts(_TITLE, html)))
        return named and asked + sum(map(is_question, _texts(_BOLD, html))) >= _FEWEST

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        if path.stat().st_size > _LARGEST:
            raise Unreadable("too_large", "This page is larger than 64 MiB. Split it.")
        yield from read_page(path.read_bytes())


def _texts(pattern: re.Pattern[str], html: str) -> list[str]:
    found = [unescape(_TAGS.sub(" ", match[2])).strip() for match in pattern.finditer(html)]
    return [" ".join(text.split()) for text in found if text]
