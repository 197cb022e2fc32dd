"""Which pieces of a page are its content. Nothing is thrown away: the rest is kept as furniture.

Three witnesses: marks of the page itself (navigation, footer, notices), trafilatura's view of the main text, and how
much of a piece is links. Where what they leave is little against the whole, the page is all there is and stays whole.
"""

import re
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from app.curation.documents.document import BlockKind
from app.curation.documents.web.advice import Advice
from app.curation.documents.web.pieces import Piece
from app.curation.documents.web.regions import Regions

_LEAST = 0.2
"""Below this share of the page's words, content was taken for furniture."""
_ENOUGH_FOR_ADVICE = 120
_NOTICE = re.compile(
    r"©|\(c\) ?\d{4}|\bcopyright\b|all rights reserved|privacy policy|terms of (?:use|service)|cookies?\b|powered by|"
    r"^(?:share|tweet|follow us|sign (?:in|up)|log ?in|subscribe|skip to|back to top|print|menu|search|advertisement|read more|"
    r"previous|next|home|alle rechte vorbehalten|impressum|datenschutz|teilen|tous droits réservés)\b",
    re.I,
)
_SHORT = 30
"""Words of a piece that may be a notice outside the main text."""


def content(body: HtmlElement, pieces: Sequence[Piece]) -> list[bool]:
    """For each piece, whether it is content."""
    regions = Regions(body)
    marked = [not regions.furniture(piece.element) for piece in pieces]
    whole = _words(pieces)
    if _words(_those(pieces, marked)) < _LEAST * whole:
        return [True] * len(pieces)
    if whole < _ENOUGH_FOR_ADVICE:
        return marked
    advised = _advised(body, pieces, marked)
    return advised if _words(_those(pieces, advised)) >= _LEAST * whole else marked


def _words(pieces: Iterable[Piece]) -> int:
    return sum(piece.words for piece in pieces)


def _those(pieces: Sequence[Piece], chosen: Sequence[bool]) -> list[Piece]:
    return [piece for piece, one in zip(pieces, chosen, strict=True) if one]


def _advised(body: HtmlElement, pieces: Sequence[Piece], marked: Sequence[bool]) -> list[bool]:
    """Pieces between the first and the last that trafilatura takes are content too, unless they are mere links."""
    advice = Advice(body)
    taken = [one and advice.takes(piece.block.text) for piece, one in zip(pieces, marked, strict=True)]
    trusted = _words(_those(pieces, taken)) > 0.5 * _words(_those(pieces, marked))
    places = [number for number, one in enumerate(taken) if one]
    first, last = (places[0], places[-1]) if places else (0, len(pieces))
    chosen = [
        one and (yes or not _is_furniture(piece, first <= number <= last or not trusted))
        for number, (piece, one, yes) in enumerate(zip(pieces, marked, taken, strict=True))
    ]
    return _with_headings(pieces, chosen, marked)


def _is_furniture(piece: Piece, inside: bool) -> bool:
    """Lists of links anywhere; outside the main text also lines that are links, and short notices."""
    if piece.block.kind in {BlockKind.HEADING, BlockKind.CODE, BlockKind.FOOTNOTE, BlockKind.FORMULA}:
        return False
    if inside:
        return piece.linked > 0.8 and piece.block.kind is BlockKind.LIST and piece.words > 8
    return piece.linked > 0.5 or (piece.words < _SHORT and _NOTICE.search(piece.block.text) is not None)


def _with_headings(pieces: Sequence[Piece], chosen: list[bool], marked: Sequence[bool]) -> list[bool]:
    """A heading over nothing but furniture is furniture; one at the end, or over a heading that stays, stays."""
    stays = True
    for number in range(len(pieces) - 1, -1, -1):
        if pieces[number].block.kind is BlockKind.HEADING:
            chosen[number] = marked[number] and (stays or pieces[number].block.level == 1)
            stays = chosen[number]
        else:
            stays = chosen[number]
    return chosen
