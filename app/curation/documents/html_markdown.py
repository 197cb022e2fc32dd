"""A piece of HTML, or of XML with the same elements, as Markdown: an answer, not a page."""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

Node: TypeAlias = Any
"""An element of lxml."""

SKIPPED = {"script", "style", "noscript", "template", "head", "svg", "button", "input", "select", "iframe", "object"}
BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "p",
    "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "para", "paragraph",
}  # fmt: skip
_BREAK = "\v"
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PERMALINKS = ("", "#", "¶", "§", "🔗", "\uf0c1")
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_BROKEN = re.compile(rf" ?{_BREAK} ?")
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`", "tt": "`", "kbd": "`", "samp": "`"}
_HTML = re.compile(
    r"</?(?:p|br|ul|ol|li|div|b|i|u|a|strong|em|span|table|t[rdh]|h[1-6]|code|pre|blockquote|font|img|sup|sub|section)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)


def holds_html(text: str) -> bool:
    """True where a text is written with elements of HTML."""
    return bool(_HTML.search(text))


def markdown_of_html(html: str) -> str:
    """The piece as Markdown, whatever is wrong with its elements."""
    from lxml import etree
    from lxml import html as parser

    try:
        return markdown(parser.fragment_fromstring(html, create_parent="div"))
    except (etree.LxmlError, ValueError):
        return _HTML.sub(" ", html).strip()


def markdown(node: Node) -> str:
    """What the element holds, as paragraphs, lists, tables and listings with an empty line between them."""
    return "\n\n".join(blocks(node))


def blocks(node: Node) -> list[str]:
    found: list[str] = []
    run = [node.text or ""]
    for child in node:
        kind = name_of(child)
        if kind in BLOCKS or (kind not in SKIPPED and _holds_blocks(child)):
            found += [*_tidied(run), *_block(child, kind)]
            run = []
        else:
            run.append(_inline(child, kind))
        run.append(child.tail or "")
    return found + _tidied(run)


def line(node: Node) -> str:
    """All the text within on one line, without marks, and without the sign that links a heading to itself."""
    if name_of(node) in SKIPPED - {"button"} or not name_of(node) or _is_permalink(node):
        return ""
    parts = [node.text or "", *(_gap(child) + line(child) + _gap(child) + (child.tail or "") for child in node)]
    return _SPACE.sub(" ", "".join(parts).replace(_BREAK, " ")).strip()


def _is_permalink(node: Node) -> bool:
    return name_of(node) == "a" and not len(node) and (node.text or "").strip() in _PERMALINKS


def element(text: str | None = "") -> Node:
    """An empty element to gather a piece of a page in. Control characters, which it cannot hold, are left out."""
    from lxml import etree

    node = etree.Element("div")
    node.text = clean(text)
    return node


def clean(text: str | None) -> str:
    """A text that an element can hold."""
    return _CONTROLS.sub("", text or "")


def name_of(node: Node) -> str:
    """The element's name without its namespace, in lower case; empty for a comment."""
    return node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def _gap(node: Node) -> str:
    return " " if name_of(node) in BLOCKS or name_of(node) == "br" else ""


def _tidied(run: list[str]) -> list[str]:
    text = _BROKEN.sub("\n", _SPACE.sub(" ", "".join(run))).strip()
    return [text] if text else []


def _holds_blocks(node: Node) -> bool:
    return any(name_of(inner) in BLOCKS for inner in node.iter())


def _block(node: Node, kind: str) -> list[str]:
    if kind in ("ul", "ol"):
        return _list(node, kind == "ol")
    if kind == "table":
        return _table(node)
    if kind == "pre":
        return ["```\n" + "".join(node.itertext()).strip("\n") + "\n```"]
    inner = blocks(node)
    if kind == "blockquote":
        return ["\n>\n".join("\n".join("> " + line for line in block.split("\n")) for block in inner)] if inner else []
    if kind[0] == "h" and kind[1:].isdecimal() and inner:
        return ["#" * int(kind[1:]) + " " + " ".join(inner).replace("\n", " ")]
    return [f"**{' '.join(inner)}**"] if kind == "dt" and inner else inner


def _list(node: Node, ordered: bool) -> list[str]:
    """One block, its items on lines of their own; what an item holds below its first line is set in."""
    items: list[str] = []
    for child in node:
        if inner := blocks(child) if name_of(child) not in ("ul", "ol") else _list(child, name_of(child) == "ol"):
            mark = f"{len(items) + 1}. " if ordered else "- "
            items.append(mark + "\n".join(inner).replace("\n", "\n" + " " * len(mark)))
    stray = _tidied([node.text or "", *(child.tail or "" for child in node)])
    return [*stray, *(["\n".join(items)] if items else [])]


def _table(node: Node) -> list[str]:
    rows = [
        cells for row in _rows(node) if any(cells := [_cell(cell) for cell in row if name_of(cell) in ("td", "th")])
    ]
    width = max((len(cells) for cells in rows), default=0)
    if width <= 1:
        return blocks_of_cells(rows)
    lines = ["| " + " | ".join(cells + [""] * (width - len(cells))) + " |" for cells in rows]
    return ["\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])]


def blocks_of_cells(rows: list[list[str]]) -> list[str]:
    """A table of a single column only lays out: its cells are paragraphs."""
    return [cell.replace("\\|", "|") for cells in rows for cell in cells if cell]


def _rows(node: Node) -> Iterator[Node]:
    return (inner for inner in node.iter() if name_of(inner) == "tr")


def _cell(node: Node) -> str:
    return " ".join(blocks(node)).replace("\n", " ").replace("|", "\\|")


def _inline(node: Node, kind: str) -> str:
    if kind == "br":
        return _BREAK
    if kind in SKIPPED or not kind:
        return ""
    if kind == "img":
        return str(node.get("alt") or "")
    inner = "".join([node.text or "", *(_inline(child, name_of(child)) + (child.tail or "") for child in node)])
    if kind == "a" and _is_permalink(node):
        return ""
    if kind == "a":
        return _link(inner, str(node.get("href") or "").strip())
    return _marked(inner, _MARKS.get(kind, ""))


def _link(inner: str, address: str) -> str:
    if not inner.strip() or not re.match(r"https?://|mailto:|/|\w+[\w./-]*$", address) or address == inner.strip():
        return inner
    return f"[{inner.strip()}]({address})" + (" " if inner[-1:].isspace() else "")


def _marked(inner: str, mark: str) -> str:
    """Marks stand next to the words: blanks at the ends go outside."""
    core = inner.strip()
    if not mark or not core or _BREAK in core:
        return inner
    start = inner[: len(inner) - len(inner.lstrip())]
    return start + mark + core + mark + inner[len(inner.rstrip()) :]
