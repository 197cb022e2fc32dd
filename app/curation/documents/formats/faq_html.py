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
_TITLE = re.compile(r"<(title|h1)\b[^<>]*>(.{0,1000}?)</\1>", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"<(h[2-6])\b[^<>]*>(.{0,1000}?)</\1>", re.IGNORECASE | re.DOTALL)
_TOGGLE = re.compile(r"<(summary|dt|button)\b[^<>]*>(.{0,1000}?)</\1>", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")
_ENDS = re.compile(
    r"</?(?:p|div|li|td|th|tr|h[1-6]|strong|b|span|a|br|section|label|summary|dt|dd)\b[^>]*>", re.IGNORECASE
)
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<style\b.*?(?:</style>|\Z)|<script\b(?![^>]*ld\+json).*?(?:</script>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_LARGEST = 64 << 20


class FaqHtml(Format):
    suffixes = (".html", ".htm", ".xhtml")
    order = 40

    def claims(self, head: bytes, name: str) -> bool:
        """The page declares itself a FAQ, or three questions stand in its first 64 KiB: as things to open, as most of
        its headings, or as any lines below a title or a file name that names a FAQ. One that begins later is not seen."""
        html = _HIDDEN.sub(" ", head.decode("utf-8", "replace"))
        if _DECLARED.search(html):
            return True
        headings = _texts(_HEADING, html)
        asked = sum(map(is_question, headings))
        if sum(map(is_question, _texts(_TOGGLE, html))) >= _FEWEST or (asked >= _FEWEST and 2 * asked >= len(headings)):
            return True
        named = any(map(names_a_faq, [*_texts(_TITLE, html), re.split(r"[/\\]", name)[-1]]))
        return named and len({text for text in _lines(html) if is_question(text)}) >= _FEWEST

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        if path.stat().st_size > _LARGEST:
            raise Unreadable("too_large", "This page is larger than 64 MiB. Split it.")
        yield from read_page(path.read_bytes())


def _lines(html: str) -> list[str]:
    """What stands between two elements that are no words within a line."""
    return [" ".join(unescape(_TAGS.sub("", part)).split()) for part in _ENDS.split(html)]


def _texts(pattern: re.Pattern[str], html: str) -> list[str]:
    found = [unescape(_TAGS.sub(" ", match[2])).strip() for match in pattern.finditer(html)]
    return [" ".join(text.split()) for text in found if text]
