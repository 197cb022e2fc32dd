"""A page taken apart into pieces in reading order: blocks of Markdown, each with what tells furniture from content."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from app.curation.documents.document import Block, BlockKind
from app.curation.documents.web import lists
from app.curation.documents.web.code import listing
from app.curation.documents.web.inline import hidden, inline, is_block, rendered, squeezed
from app.curation.documents.web.notes import is_note, note
from app.curation.documents.web.tables import cell_text, is_layout, piped, rows_of

HEADINGS = {f"h{level}": level for level in range(1, 7)}
_WORDS = re.compile(r"\w+")
_FORMULA = re.compile(r"\$[^$]+\$")


@dataclass(slots=True)
class Piece:
    """A block of the page; `linked` is the share of its characters that are links, `element` where it stands."""

    block: Block
    element: HtmlElement
    linked: float
    words: int


def pieces(body: HtmlElement) -> Iterator[Piece]:
    """Everything that a reader of the page can see."""
    for block, element, links in _walk(body, ""):
        if block.text.strip():
            share = min(1.0, links / len(block.text))
            yield Piece(block, element, share, len(_WORDS.findall(block.text)))


Found = tuple[Block, HtmlElement, int]
"""A block, where it stands, and how many characters of it are links."""


def _found(kind: BlockKind, text: str, element: HtmlElement, language: str, level: int = 0) -> Found:
    inside = element.tag == "a" or any(True for _ in element.iterancestors("a"))
    return Block(kind, text, level, language=language), element, len(text) if inside else _link_length(element)


def _link_length(element: HtmlElement) -> int:
    return sum(len(" ".join("".join(link.itertext()).split())) for link in element.iter("a"))


@dataclass(slots=True)
class _Run:
    """Text between blocks as it gathers, and how much of it is links."""

    parts: list[str]
    links: int = 0
    pictures: list[str] = field(default_factory=list)

    def add(self, element: HtmlElement) -> None:
        self.parts.append(rendered(element))
        self.links += _link_length(element)
        self.pictures += filter(None, map(_told, element.iter("img")))


def _told(picture: HtmlElement) -> str:
    """What a picture tells the blind, where that is a phrase and not a file name."""
    alt = " ".join((picture.get("alt") or "").split())
    return alt if " " in alt and not hidden(picture) else ""


def _walk(element: HtmlElement, language: str) -> Iterator[Found]:
    """The blocks in an element; text between them is paragraphs of its own."""
    language = element.get("lang") or language
    run = _Run([element.text or ""])
    for child in element:
        if isinstance(child.tag, str) and not hidden(child) and is_block(child):
            yield from _paragraphs(run, element, language)
            run = _Run([])
            yield from _block(child, child.get("lang") or language)
        elif isinstance(child.tag, str):
            run.add(child)
        run.parts.append(child.tail or "")
    yield from _paragraphs(run, element, language)


def _paragraphs(run: _Run, element: HtmlElement, language: str) -> Iterator[Found]:
    """Two breaks in a row are how old pages begin a paragraph."""
    text = squeezed("".join(run.parts))
    parts = [part.strip() for part in re.split(r"\n(?: *\n)+", text)]
    if not text and run.pictures and not any(True for _ in element.iterchildren("figcaption")):
        yield Block(BlockKind.CAPTION, "\n".join(run.pictures), language=language), element, 0
    share = run.links / max(1, len(text))
    for part in parts:
        kind = BlockKind.FORMULA if _FORMULA.fullmatch(part) else BlockKind.PARAGRAPH
        yield Block(kind, part, language=language), element, round(share * len(part))


def _block(element: HtmlElement, language: str) -> Iterator[Found]:
    tag = element.tag
    level = HEADINGS.get(tag) or _aria_level(element)
    if level and not any(True for _ in element.iter("table", "p", "ul", "ol", "pre")):
        text = " ".join(squeezed(inline(element, marks=False)).split()).removesuffix("¶").removesuffix("#").strip()
        yield _found(BlockKind.HEADING, text, element, language, level)
    elif is_note(element):
        yield _found(BlockKind.FOOTNOTE, note(element), element, language)
    elif tag in _WHOLE:
        yield from _WHOLE[tag](element, language)
    else:
        yield from _walk(element, language)


def _aria_level(element: HtmlElement) -> int:
    level = element.get("aria-level") or "2"
    return min(int(level[:1]), 6) if element.get("role") == "heading" and level[:1].isdigit() else 0


def _list(element: HtmlElement, language: str) -> Iterator[Found]:
    if lists.is_layout(element):
        yield from _walk(element, language)
    else:
        yield _found(BlockKind.LIST, lists.markdown(element), element, language)


def _table(element: HtmlElement, language: str) -> Iterator[Found]:
    for caption in element.iterchildren("caption"):
        yield _found(BlockKind.CAPTION, cell_text(caption), caption, language)
    if is_layout(element):
        for row in rows_of(element):
            for cell in row:
                yield from _walk(cell, cell.get("lang") or language)
    else:
        yield _found(BlockKind.TABLE, piped(element), element, language)


def _pre(element: HtmlElement, language: str) -> Iterator[Found]:
    if any(True for _ in element.iter("p", "table", "h1", "h2", "h3")):
        yield from _walk(element, language)
    else:
        yield _found(BlockKind.CODE, listing(element), element, language)


def _quote(element: HtmlElement, language: str) -> Iterator[Found]:
    """A quotation with its paragraphs, marked as one."""
    inner = [markdown(block) for block, _, _ in _walk(element, language)]
    yield _found(BlockKind.QUOTE, quoted("\n\n".join(inner)), element, language)


def quoted(text: str) -> str:
    """Every line with the mark of a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip("\n").split("\n")) if text.strip() else ""


def markdown(block: Block) -> str:
    """A block where it stands inside another."""
    return f"{'#' * block.level} {block.text}" if block.kind is BlockKind.HEADING else block.text


def _caption(element: HtmlElement, language: str) -> Iterator[Found]:
    yield _found(BlockKind.CAPTION, cell_text(element), element, language)


_WHOLE = {
    **dict.fromkeys(("ul", "ol", "menu", "dir", "dl"), _list),
    "table": _table,
    **dict.fromkeys(("pre", "listing", "xmp", "plaintext"), _pre),
    "blockquote": _quote,
    "figcaption": _caption,
}
