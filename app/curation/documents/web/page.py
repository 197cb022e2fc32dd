"""A page as a tree: whatever its bytes say of themselves, under limits, and nothing fetched."""

import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from app.curation.documents.encodings import decode
from app.curation.documents.format import Unreadable
from app.curation.documents.web.inline import BLOCKS, WRAPPER
from app.curation.documents.web.names import names

DEPTH = 2000
"""Elements inside one another; the parser drops what lies deeper, so a page that deep is refused rather than cut."""
FLAT = 400
"""From here on an element is its bare text: browsers give up at 512, and no page means anything by it."""
_META = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w:.-]+)""", re.I
)
_ALONE = re.compile(r"<([A-Za-z][\w:.-]*)((?:\s[^<>]*)?)/>")
_EMPTY = names("area base br col embed hr img input link meta param source track wbr")
_UNKNOWN_EMPTY = re.compile(r"</?(?:wbr|source|track)\b[^<>]*>", re.I)
"""Empty elements that the parser does not know as such: they would take in what follows."""
_LONG = re.compile(r"""=\s*("[^"]{100000,}"|'[^']{100000,}')""")
_HUGE = re.compile(r"<([A-Za-z][\w:.-]*)\s[^<>]{100000,}>")
_SUBSET = re.compile(r"(?<=<!DOCTYPE html) *\[[^<\]]{0,20}(?:<![^<>]{0,2000}>[^<\]]{0,20})*\]", re.I)
_XHTML = re.compile(r"^\s*<\?xml|<!DOCTYPE[^>]{0,200}XHTML|<html[^>]{0,400}xmlns\s*=", re.I)
_CONTROLS = dict.fromkeys([*range(9), 11, *range(14, 32), 0x7F])


def parse(raw: bytes, declared: str = "") -> HtmlElement:
    """The root of the page. Unreadable where there is none or it is nested too deeply."""
    return tree(decode(raw, declared or _charset(raw)))


def tree(text: str) -> HtmlElement:
    """The root of a page that is already text."""
    text = _UNKNOWN_EMPTY.sub("", text.translate(_CONTROLS))
    if _XHTML.search(text[:2000]):
        text = _ALONE.sub(_opened, text)
    text = _HUGE.sub(r"<\1>", _LONG.sub('=""', _SUBSET.sub("", text, 1)))
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        root = None
    if root is None:
        raise Unreadable("empty", "There is no text in this document.")
    _limit_depth(root)
    _mark_wrappers(root)
    return root


def _mark_wrappers(root: HtmlElement) -> None:
    """Inline elements around blocks stand on lines of their own; found once for all of them."""
    for block in root.iter(*BLOCKS):
        above = block.getparent()
        while above is not None and above.tag not in BLOCKS and above.get(WRAPPER) is None:
            above.set(WRAPPER, "")
            above = above.getparent()


def _charset(raw: bytes) -> str:
    found = _META.search(raw[:4096])
    return (found[1] or found[2]).decode("ascii") if found else ""


def _opened(tag: re.Match[str]) -> str:
    """XHTML closes any element on the spot; read as HTML, `<script/>` would swallow the rest of the page."""
    return tag[0] if tag[1].lower() in _EMPTY else f"<{tag[1]}{tag[2]}></{tag[1]}>"


def _limit_depth(root: HtmlElement) -> None:
    depth, deep = 0, []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEPTH:
            raise Unreadable("too_deep", f"The elements of this page stand more than {DEPTH:,} deep in one another.")
        if event == "start" and depth == FLAT:
            deep.append(element)
    for element in deep:
        text = " ".join(element.itertext())
        del element[:]
        element.text = text
