"""A whole page: its facts, then its blocks."""

import re
import sys
from collections.abc import Iterator

from lxml.html import HtmlElement

from app.curation.documents.document import Block, BlockKind, Element, Facts
from app.curation.documents.format import Unreadable
from app.curation.documents.web.content import content
from app.curation.documents.web.facts import facts
from app.curation.documents.web.pieces import pieces

_BOLD = re.compile(r"\*\*[^*\n]*\w[^*\n]*[^*\n.,;]\*\*:?")
_LONGEST_HEADING = 120
_FRAMES = 20_000
"""The walk goes as deep as the page, which is limited where it is parsed."""


def elements(root: HtmlElement) -> Iterator[Element]:
    """Facts first; what is not content comes where it stands, as furniture."""
    known = facts(root)
    found = list(blocks(root))
    if not found:
        raise Unreadable("empty", "There is no text in this document.")
    yield known
    for block in found:
        yield _of(block, known)


def blocks(root: HtmlElement) -> Iterator[Block]:
    """Every block of the page in reading order."""
    sys.setrecursionlimit(max(_FRAMES, sys.getrecursionlimit()))
    body = next(root.iter("body"), root)
    found = list(pieces(body))
    for piece, stays in zip(found, content(body, found), strict=True):
        if not stays:
            piece.block.kind, piece.block.level = BlockKind.FURNITURE, 0
    if not any(piece.block.kind is BlockKind.HEADING for piece in found):
        _raise_bold([piece.block for piece in found])
    yield from (piece.block for piece in found)


def _raise_bold(found: list[Block]) -> None:
    """A page without a single heading (filings, e-mails, exports of word processors) has them as lines in bold."""
    for block in found:
        if block.kind is BlockKind.PARAGRAPH and _BOLD.fullmatch(block.text) and len(block.text) < _LONGEST_HEADING:
            block.kind, block.level, block.text = BlockKind.HEADING, 2, block.text.replace("**", "").strip()


def _of(block: Block, known: Facts) -> Block:
    """A block names its language only where it is another than the document's."""
    if block.language.lower() == known.language.lower():
        block.language = ""
    return block
