"""Markdown (.md): blocks exactly as they are written; a heading without its marks, comments left out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.curation.documents.document import Block, BlockKind, Element, Facts
from app.curation.documents.encodings import decode, read
from app.curation.documents.format import Format, Unreadable

if TYPE_CHECKING:
    from markdown_it.token import Token

_LARGEST = 32 << 20
_FRONT = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?)^(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"^([A-Za-z][\w-]{0,60})[ \t]*[:=][ \t]*(\S.*)$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_MARKS = re.compile(r"\A {0,3}#{1,6}(?:[ \t]+|\Z)|(?:\A|[ \t]+)#+[ \t]*\Z")
_KINDS = {
    "paragraph_open": BlockKind.PARAGRAPH,
    "bullet_list_open": BlockKind.LIST,
    "ordered_list_open": BlockKind.LIST,
    "blockquote_open": BlockKind.QUOTE,
    "table_open": BlockKind.TABLE,
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
}


class Markdown(Format):
    suffixes = (".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdx", ".qmd", ".rmd")
    order = 500

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        text = re.sub(r"\r\n?|\x00", lambda one: "\n" if one[0] != "\0" else "", decode(read(path, _LARGEST)))
        fields, start = front_matter(text)
        found = list(blocks(text[start:]))
        if not found:
            raise Unreadable("empty", "There is no text in this document.")
        first = found[0]
        title = fields.pop("title", "") or (first.text if first.kind is BlockKind.HEADING else "")
        yield Facts(title, fields.pop("lang", "") or fields.pop("language", ""), None, dict(fields))
        yield from found


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """The plain fields of YAML or TOML at the head, and where the text begins."""
    found = _FRONT.match(text)
    if not found or not _FIELD.search(found[2]):
        return {}, 0
    return {key.lower(): value.strip().strip("\"'") for key, value in _FIELD.findall(found[2])}, found.end()


def blocks(text: str) -> Iterator[Block]:
    """Whole blocks by their lines. What the parser keeps to itself, such as the targets of links, is furniture."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    lines = text.split("\n")
    done = 0
    for token in parser.parse(text):
        if token.level or not token.map or token.nesting < 0:
            continue
        yield from _between(lines[done : token.map[0]])
        done = max(done, token.map[1])
        yield from _block(token, "\n".join(lines[token.map[0] : token.map[1]]).rstrip("\n"))
    yield from _between(lines[done:])


def _block(token: "Token", source: str) -> Iterator[Block]:
    if token.type == "html_block":
        yield from (Block(BlockKind.PARAGRAPH, part) for part in _written(source))
    elif token.type == "heading_open":
        text = _heading(source, token.markup)
        yield from [Block(BlockKind.HEADING, text, int(token.tag[1]))] if text else []
    elif token.type in _KINDS and source.strip():
        yield Block(_kind(token.type, source.strip()), source.strip("\n"))


def _heading(source: str, markup: str) -> str:
    if markup.startswith("#"):
        return _MARKS.sub("", source).strip()
    return "\n".join(source.split("\n")[:-1]).strip()


def _kind(kind: str, text: str) -> BlockKind:
    if kind == "paragraph_open" and text.startswith("[^") and "]:" in text:
        return BlockKind.FOOTNOTE
    if kind == "paragraph_open" and text.startswith("$$") and text.endswith("$$") and len(text) > 4:
        return BlockKind.FORMULA
    return _KINDS[kind]


def _written(source: str) -> list[str]:
    """What is left of HTML without comments, where a reader sees anything of it."""
    parts = [part.strip("\n") for part in _COMMENT.split(source)]
    return [part for part in parts if _TAG.sub("", part).strip()]


def _between(lines: list[str]) -> Iterator[Block]:
    """Definitions of links, and of footnotes of a single word."""
    for line in lines:
        if line.strip() and not line.strip().startswith("<!--"):
            note = line.lstrip().startswith("[^")
            yield Block(BlockKind.FOOTNOTE if note else BlockKind.FURNITURE, line.strip())
