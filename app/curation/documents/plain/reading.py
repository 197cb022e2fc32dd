"""A plain text as blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.curation.documents.document import Block, BlockKind, Element, Facts
from app.curation.documents.format import Unreadable
from app.curation.documents.plain import headings, shapes
from app.curation.documents.plain.joining import Joiner, ends, segments
from app.curation.documents.plain.lines import Line, groups, lines
from app.curation.documents.web.code import fenced

_WORDS_OF_PROSE = 12
_WORDS_OF_ITEM = 40
"""A numbered paragraph longer than this is no item of a list but a clause."""
_HEAD = 6
_LONG = 500
"""Characters of a line beyond which it is prose: tables and listings are made for screens."""
_LABEL = re.compile(
    r"(?:EXHIBIT|SCHEDULE|ANNEX|APPENDIX|EXECUTION|CONFORMED)\b.{0,12}|(?:ARTICLE|SECTION|[§\d]).*", re.I
)


def elements(text: str) -> Iterator[Element]:
    """Facts first. Form feeds part pages."""
    found = list(blocks(text))
    if not found:
        raise Unreadable("empty", "There is no text in this document.")
    pages = found[-1].page or 1
    title = _title(found)
    yield Facts(title, pages=pages if pages > 1 else None)
    for block in found:
        if block.kind is BlockKind.HEADING and block.text == title:
            block.level = 1
        block.page = block.page if pages > 1 else None
        yield block


def _title(found: list[Block]) -> str:
    """The first heading near the top that is neither the number of an exhibit nor that of a section."""
    heads = [one.text for one in found[:_HEAD] if one.kind is BlockKind.HEADING]
    return next((head for head in heads if not _LABEL.fullmatch(head)), "")


def blocks(text: str) -> Iterator[Block]:
    """Headings, paragraphs, lists, tables and listings in the order of the lines."""
    yield from _merged(Reader(text).blocks(), Joiner(text))


class Reader:
    """Sees each group of lines with the one that follows."""

    def __init__(self, text: str) -> None:
        self.groups = list(groups(lines(text)))
        self.joiner = Joiner(text)

    def blocks(self) -> Iterator[Block]:
        following: list[list[Line] | None] = [None]
        for group in reversed(self.groups):
            following.append(following[-1] if group[0].furniture else group)
        for group, after in zip(self.groups, reversed(following[:-1]), strict=True):
            for block in self._group(group, after):
                block.page = group[0].page
                yield block

    def _group(self, group: list[Line], following: list[Line] | None) -> Iterator[Block]:
        texts = [line.text for line in group]
        if group[0].furniture:
            yield Block(BlockKind.FURNITURE, texts[0].strip())
            return
        while found := shapes.underlined(texts):
            yield Block(BlockKind.HEADING, found[0], found[1])
            texts = texts[found[2] :]
            if not texts:
                return
        yield from self._shaped(texts, following)

    def _shaped(self, texts: list[str], following: list[Line] | None) -> Iterator[Block]:
        if max(map(len, texts)) > _LONG:
            yield from self._written(texts, following)
            return
        if all(map(shapes.is_rule, texts)):
            return
        if shapes.is_drawing(texts) or shapes.is_code(texts):
            yield Block(BlockKind.CODE, fenced(_dedented(texts)))
        elif shapes.is_quote(texts):
            yield Block(BlockKind.QUOTE, "\n".join(line.strip() for line in texts))
        elif shapes.is_contents(texts):
            yield Block(BlockKind.PARAGRAPH, "\n".join(" ".join(line.split()) for line in texts))
        else:
            yield from self._written(texts, following)

    def _written(self, texts: list[str], following: list[Line] | None) -> Iterator[Block]:
        """Running text, headings over it, and items."""
        parts = segments([line for line in texts if len(line) > _LONG or not shapes.is_rule(line)])
        for number, part in enumerate(parts):
            after = parts[number + 1] if number + 1 < len(parts) else [line.text for line in following or ()]
            yield self._block(part, _is_prose(after))

    def _block(self, part: list[str], before_prose: bool) -> Block:
        title = " ".join(" ".join(part).split())
        level = headings.level(title, before_prose or _is_centred(part)) if len(part) <= 3 else 0
        if level:
            return Block(BlockKind.HEADING, title, level)
        item = shapes.ITEM.fullmatch(part[0])
        text = self.joiner.prose(part)
        if item and len(text.split()) <= _WORDS_OF_ITEM:
            if (not item["mark"][:1].isalnum() and item["mark"][:1] not in "([") or item["mark"] == "o":
                text = "- " + text.removeprefix(item["mark"]).lstrip()
            return Block(BlockKind.LIST, " " * (len(item["indent"]) // 2 * 2) + text)
        return Block(BlockKind.PARAGRAPH, text)


def _is_centred(part: list[str]) -> bool:
    """Lines with as many blanks before them as a page of 72 characters leaves after them."""
    return all((indent := len(line) - len(line.lstrip())) >= 12 and abs(72 - len(line) - indent) <= 16 for line in part)


def _is_prose(texts: list[str]) -> bool:
    return sum(len(line.split()) for line in texts) >= _WORDS_OF_PROSE


def _dedented(texts: list[str]) -> str:
    indent = min(len(line) - len(line.lstrip()) for line in texts if line.strip())
    return "\n".join(line[indent:] for line in texts)


@dataclass(slots=True)
class _Held:
    """A block that may go on, in pieces: its text is put together once."""

    block: Block
    parts: list[str]

    def whole(self) -> Block:
        """A list begins at the margin, its deeper items under it."""
        self.block.text = "".join(self.parts)
        if self.block.kind is BlockKind.LIST:
            lines_ = self.block.text.split("\n")
            indent = min(len(line) - len(line.lstrip()) for line in lines_)
            self.block.text = "\n".join(line[indent:] for line in lines_)
        return self.block


def _merged(found: Iterator[Block], joiner: Joiner) -> Iterator[Block]:
    """Items that follow one another are one list; a sentence that goes on after an empty line or a page is one."""
    last: _Held | None = None
    between: list[Block] = []
    for block in found:
        if block.kind is BlockKind.FURNITURE:
            between.append(block)
        elif last is None or not _taken(last, block, joiner):
            yield from [last.whole()] if last else []
            yield from between
            last, between = _Held(block, [block.text]), []
    yield from [last.whole()] if last else []
    yield from between


def _taken(last: _Held, block: Block, joiner: Joiner) -> bool:
    """Whether the block went into the one before it."""
    kind = last.block.kind
    if kind is block.kind is BlockKind.LIST:
        last.parts += ["\n", block.text]
    elif kind is block.kind is BlockKind.HEADING and headings.goes_on("".join(last.parts)):
        last.parts += [" ", block.text]
    elif kind in {BlockKind.PARAGRAPH, BlockKind.LIST} and block.kind is BlockKind.PARAGRAPH and _goes_on(last, block):
        joiner.join(last.parts, block.text)
    else:
        return False
    return True


def _goes_on(last: _Held, block: Block) -> bool:
    """It did not end, and this begins with a small letter."""
    end = last.parts[-1][-60:]
    return not ends(end) and "\n" not in end and block.text[:1].islower()
