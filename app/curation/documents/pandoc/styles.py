"""What the style that an author gave a paragraph says it is, by the names that templates of all kinds use."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

Node: TypeAlias = dict[str, Any]

_CODE = re.compile(
    r"(source|program)[ _-]?(code|text|listing)|code([ _-]?(block|text|box|sample|example|listing|line|wide|single))?"
    r"|code[a-e]|(html[ _-])?preformatted([ _-]?text)?|html[ _-](code|keyboard|sample|typewriter|variable)"
    r"|verbatim([ _-]?char)?|listing|plain[ _-]text|(inline[ _-]?)?code[ _-]?(inline|char(acter)?)?|macro(text)?"
    r"|literal(bold|italic)?|monospaced?|quelltext|quellcode",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r".*(caption|legend)|beschriftung|légende|.*(figure|table)[ _-]?(title|name)|code[ _-]?label", re.I
)
_CONTENTS = re.compile(r"(toc|verzeichnis|contents?)[ _-]?(heading|\d+)|table of (contents|figures)|index[ _-]\d", re.I)
_HEADING = re.compile(r"(?:h|head|heading|überschrift|titre|título)[ _-]?([a-f1-6])(?:[ _-].*)?", re.IGNORECASE)
_TOP = re.compile(r"(chapter|part|article|document)[ _-]?title", re.IGNORECASE)
_BOX = re.compile(r"(box|sidebar|note|tip|warning)[ _-]?(title|head(ing|er)?)", re.IGNORECASE)
_BULLET = re.compile(
    r"(list|body)?[ _-]?bullet(ed)?([ _-]?(list|item|text|point|\d))*|list[ _-]bullet.*", re.IGNORECASE
)
_STRONG = re.compile(r"bold|strong([ _-]?emphasis)?|fett", re.IGNORECASE)
_EMPHASIS = re.compile(r"italics?|(subtle[ _-]|intense[ _-])?emphasis|kursiv|emphasize", re.IGNORECASE)

_MARKED = {"Source Code": "\ue000", "Caption": "\ue001"}


def style_of(node: Node) -> str:
    """The name of a Div's custom style; empty where it has none."""
    return str(dict(node["c"][0][2]).get("custom-style", "")) if node["t"] in {"Div", "Span"} else ""


def is_code(style: str) -> bool:
    return _CODE.fullmatch(style) is not None


def is_caption(style: str) -> bool:
    return _CAPTION.fullmatch(style) is not None


def is_contents(style: str) -> bool:
    return _CONTENTS.fullmatch(style) is not None


def heading_level(style: str) -> int:
    """0 where the style names no heading. A template that counts in letters has its titles above its A."""
    if _TOP.fullmatch(style):
        return 1
    if _BOX.fullmatch(style):
        return 4
    found = _HEADING.fullmatch(style)
    if found is None:
        return 0
    step = found[1].lower()
    return int(step) if step.isdigit() else "abcdef".index(step) + 2


def marked(style: str, text: str) -> str:
    """Text of a paragraph whose style pandoc would not tell: the style's mark before it."""
    return _MARKED[style] + text


def gathered(nodes: Iterable[Node]) -> Iterator[Node]:
    """Paragraphs of code in a row as one listing, of a bullet style as one list, quotations as one."""
    run: list[Node] = []
    for node in map(_styled, nodes):
        kind = _kind_of(node)
        if run and kind != _kind_of(run[0]):
            yield _one(run)
            run = []
        if kind:
            run.append(node)
        else:
            yield node
    if run:
        yield _one(run)


def without_bullets(nodes: Iterable[Node]) -> Iterator[Node]:
    """What a list's item holds, its own style aside: it is one already."""
    for node in nodes:
        yield from node["c"][1] if _BULLET.fullmatch(style_of(node)) else [node]


def mark_of(style: str) -> str:
    """The mark of emphasis that a character style stands for."""
    return "**" if _STRONG.fullmatch(style) else "*" if _EMPHASIS.fullmatch(style) else ""


def _styled(node: Node) -> Node:
    """A paragraph that bears the mark of a style as a division of that style."""
    first = node["c"][0] if node["t"] == "Para" and node["c"] else {"t": ""}
    if first["t"] != "Str":
        return node
    style = next((style for style, mark in _MARKED.items() if first["c"].startswith(mark)), None)
    if style is None:
        return node
    rest = [{"t": "Str", "c": first["c"][1:]}, *node["c"][1:]]
    return {"t": "Div", "c": [["", [], [["custom-style", style]]], [{"t": "Para", "c": rest}]]}


def _kind_of(node: Node) -> str:
    style = style_of(node)
    if is_code(style):
        return "code"
    if _BULLET.fullmatch(style) and _single(node):
        return "bullet"
    inner = node["c"][1] if node["t"] == "Div" and style else [node]
    return "quote" if inner and all(part["t"] == "BlockQuote" for part in inner) else ""


def _single(node: Node) -> bool:
    return all(inner["t"] in {"Para", "Plain"} for inner in node["c"][1])


def _one(run: list[Node]) -> Node:
    kind = _kind_of(run[0])
    if kind == "quote":
        quotes = [part for node in run for part in (node["c"][1] if node["t"] == "Div" else [node])]
        return {"t": "BlockQuote", "c": [inner for quote in quotes for inner in quote["c"]]}
    if kind == "bullet":
        return {"t": "BulletList", "c": [node["c"][1] for node in run]}
    lines = [line for node in run for line in _lines(node["c"][1])]
    return {"t": "CodeBlock", "c": [["", [], []], "\n".join(lines)]}


def _lines(nodes: Any) -> list[str]:
    """The lines of paragraphs as they were typed: breaks and blanks count."""
    return [_typed(node).replace("\xa0", " ").replace("\u2028", "\n").rstrip() for node in nodes]


def _typed(node: Any) -> str:
    if isinstance(node, list):
        return "".join(map(_typed, node))
    if not isinstance(node, dict):
        return ""
    kind: str = node["t"]
    content: Any = node.get("c")
    if kind == "LineBreak":
        return "\n"
    if kind in {"Space", "SoftBreak"}:
        return " "
    if kind == "Note":
        return ""
    return str(content) if kind == "Str" else str(content[1]) if kind in {"Code", "CodeBlock"} else _typed(content)
