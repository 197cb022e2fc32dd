"""Inline content of pandoc's syntax tree as Markdown: emphasis, code and formulas keep their marks, links their text."""

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from app.curation.documents.pandoc.spans import code, escaped, formula, marked, picture, role, shifted
from app.curation.documents.pandoc.styles import is_code, mark_of, style_of

Node: TypeAlias = dict[str, Any]

LINE_BREAK = "  \n"
_AT_START = re.compile(r"^(?=#{1,6}(?:\s|$)|>|```|~~~|=+\s*$)", re.MULTILINE)
_MARKS = {"Emph": "*", "Strong": "**", "Strikeout": "~~"}
_BARE = {"Underline", "SmallCaps"}
_QUOTES = {"SingleQuote": ("‘", "’"), "DoubleQuote": ("“", "”")}


class Inlines:
    """Writes inline content. Footnotes go to `note`, which answers with the mark."""

    def __init__(self, note: Callable[[list[Node]], str]) -> None:
        self._note = note

    def paragraph(self, nodes: Iterable[Node]) -> str:
        """Without a line that would be read as something else than a paragraph."""
        return _AT_START.sub(r"\\", self.line(nodes))

    def line(self, nodes: Iterable[Node]) -> str:
        """Blanks at the ends gone, and around breaks."""
        return re.sub(r"[ \t]*\n[ \t]*", _break, self._all(nodes, frozenset())).strip()

    def _all(self, nodes: Iterable[Node], inside: frozenset[str]) -> str:
        return "".join(self._one(node, inside) for node in _joined(nodes))

    def _one(self, node: Node, inside: frozenset[str]) -> str:
        kind: str = node["t"]
        content: Any = node.get("c")
        if kind == "Str":
            return escaped(content) if content != "*" else content
        if kind in {"Space", "SoftBreak"}:
            return " "
        if kind == "LineBreak":
            return LINE_BREAK
        if kind in _MARKS:
            return self._marked(_MARKS[kind], content, inside)
        if kind in _BARE:
            return self._all(content, inside)
        return self._rare(kind, content, inside)

    def _rare(self, kind: str, content: Any, inside: frozenset[str]) -> str:
        match kind:
            case "Code":
                return role(content) if "interpreted-text" in content[0][1] else code(content[1])
            case "Math":
                return formula(content[1], content[0]["t"] == "DisplayMath")
            case "Quoted":
                return self._all(content[1], inside).join(_QUOTES[content[0]["t"]])
            case "Superscript" | "Subscript":
                return shifted(plain(content), kind == "Superscript")
            case "Cite" | "Link":
                return self._all(content[1], inside)
            case "Image":
                return picture(plain(content[1]))
            case "Note":
                return self._note(content)
            case "Span":
                return self._span(content, inside)
        return ""

    def _span(self, content: Any, inside: frozenset[str]) -> str:
        pairs, nodes = content[0][2], content[1]
        mark = mark_of(str(dict(pairs).get("custom-style", "")))
        return self._marked(mark, nodes, inside) if mark else self._all(nodes, inside)

    def _marked(self, mark: str, nodes: list[Node], inside: frozenset[str]) -> str:
        """The mark around the text, blanks outside; a mark inside itself changes nothing."""
        text = self._all(nodes, inside | {mark})
        return text if mark in inside else marked(mark, text)


def _as_code(node: Node) -> Node:
    """A span whose style is one for code."""
    if node["t"] == "Span" and is_code(style_of(node)):
        return {"t": "Code", "c": [["", [], []], plain(node["c"][1])]}
    return node


def _break(found: re.Match[str]) -> str:
    """A hard break stays one: two blanks end the line."""
    return LINE_BREAK if found.group().startswith("  ") else "\n"


def _joined(nodes: Iterable[Node]) -> Iterable[Node]:
    """Neighbours of the same mark are one: word processors cut a bold sentence into many bold pieces."""
    last: Node | None = None
    for node in map(_as_code, nodes):
        if last is not None and last["t"] == node["t"] and node["t"] in _MARKS:
            last = {"t": node["t"], "c": [*last["c"], *node["c"]]}
        elif last is not None and last["t"] == node["t"] == "Code" and not (last["c"][0][1] or node["c"][0][1]):
            last = {"t": "Code", "c": [last["c"][0], last["c"][1] + node["c"][1]]}
        else:
            if last is not None:
                yield last
            last = node
    if last is not None:
        yield last


def plain(nodes: Any) -> str:
    """The bare words of anything in the tree."""
    if isinstance(nodes, list):
        return "".join(plain(node) for node in nodes)
    if not isinstance(nodes, dict):
        return ""
    kind: str = nodes["t"]
    content: Any = nodes.get("c")
    if kind in {"Space", "SoftBreak", "LineBreak"}:
        return " "
    if kind in {"Str", "MetaString"}:
        return str(content)
    if kind in {"Code", "CodeBlock", "Math"}:
        return str(content[1])
    return "" if kind in {"Note", "RawInline", "RawBlock"} else plain(content)
