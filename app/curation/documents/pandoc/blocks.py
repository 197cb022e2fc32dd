"""The blocks of pandoc's syntax tree as blocks of Markdown, footnotes after the block that names them."""

from collections.abc import Iterable, Iterator
from textwrap import dedent
from typing import Any

from app.curation.documents.document import Block, BlockKind
from app.curation.documents.pandoc import styles
from app.curation.documents.pandoc.inlines import Inlines, Node, plain
from app.curation.documents.pandoc.lists import definitions, indented, items
from app.curation.documents.pandoc.spans import bare, formula
from app.curation.documents.pandoc.tables import content_of_box, pipe_tables, rows

_PLAIN = {"Para", "Plain", "LineBlock"}


class Blocks:
    """Walks the tree once. `shift` is added to every heading's level; without `quotes` indented text is just text."""

    def __init__(self, shift: int = 0, quotes: bool = True) -> None:
        self._shift, self._quotes = shift, quotes
        self._notes: list[list[Node]] = []
        self._told = 0
        self._inlines = Inlines(self._note)

    def walk(self, nodes: Iterable[Node]) -> Iterator[Block]:
        for node in styles.gathered(nodes):
            for block in self._block(node):
                yield block
                yield from self._footnotes()

    def _note(self, content: list[Node]) -> str:
        self._notes.append(content)
        return f"[^{len(self._notes)}]"

    def _footnotes(self) -> Iterator[Block]:
        while self._told < len(self._notes):
            text = self.markdown(self._notes[self._told])
            self._told += 1
            yield Block(BlockKind.FOOTNOTE, indented(text, f"[^{self._told}]: ", 4))

    def markdown(self, nodes: Iterable[Node], between: str = "\n\n") -> str:
        """Nested content as one text."""
        inner = (block for node in styles.gathered(nodes) for block in self._block(node))
        return between.join(f"**{block.text}**" if block.kind is BlockKind.HEADING else block.text for block in inner)

    def _block(self, node: Node) -> Iterator[Block]:
        kind: str = node["t"]
        content: Any = node.get("c")
        match kind:
            case "Para" | "Plain":
                yield from self._paragraph(content)
            case "Header":
                yield from self._heading(content[0], content[2])
            case "BulletList" | "OrderedList":
                yield from self._text(BlockKind.LIST, items(node, self._item))
            case "DefinitionList":
                yield from self._text(BlockKind.LIST, definitions(content, self._inlines.line, self._item))
            case "CodeBlock":
                yield from self._listing(content)
            case "BlockQuote":
                yield from self._quote(content)
            case "Table":
                yield from self._table(content)
            case "LineBlock":
                yield from self._text(BlockKind.PARAGRAPH, "  \n".join(map(self._inlines.paragraph, content)))
            case "Figure":
                yield from self._figure(content)
            case "Div":
                yield from self._division(node)

    def _item(self, nodes: list[Node]) -> str:
        """A list's item: its text and the lists under it without a line between."""
        nodes = list(styles.gathered(styles.without_bullets(nodes)))
        tight = sum(node["t"] not in {"BulletList", "OrderedList"} for node in nodes) <= 1
        return self.markdown(nodes, "\n" if tight else "\n\n")

    @staticmethod
    def _text(kind: BlockKind, text: str) -> Iterator[Block]:
        if text.strip():
            yield Block(kind, text)

    def _heading(self, level: int, nodes: list[Node]) -> Iterator[Block]:
        text = " ".join(self._inlines.line(_unmarked(nodes)).split())
        if text:
            yield Block(BlockKind.HEADING, text, level + self._shift)

    def _paragraph(self, nodes: list[Node]) -> Iterator[Block]:
        """Formulas that stand alone are blocks of their own."""
        said = [node for node in nodes if node["t"] not in {"Space", "SoftBreak", "LineBreak"}]
        if said and all(node["t"] == "Math" and bare(node["c"][1]) for node in said):
            yield from (Block(BlockKind.FORMULA, formula(node["c"][1], True)) for node in said)
        else:
            yield from self._text(BlockKind.PARAGRAPH, self._inlines.paragraph(nodes))

    def _listing(self, content: Any) -> Iterator[Block]:
        (_, classes, _), text = content
        if text.strip():
            text = dedent(text.expandtabs(8))
            longest = max((len(line) - len(line.lstrip("`")) for line in text.splitlines()), default=0)
            fence = "`" * max(3, longest + 1)
            language = next((name for name in classes if name.isidentifier() and name not in _NO_LANGUAGE), "")
            yield Block(BlockKind.CODE, f"{fence}{language}\n{text.strip(chr(10))}\n{fence}")

    def _quote(self, nodes: list[Node]) -> Iterator[Block]:
        """Only of paragraphs; listings and tables in one are just indented."""
        if self._quotes and all(node["t"] in _PLAIN for node in nodes):
            text = self.markdown(nodes)
            yield from self._text(BlockKind.QUOTE, "\n".join(f"> {line}".rstrip() for line in text.split("\n")))
        else:
            for node in styles.gathered(nodes):
                yield from self._block(node)

    def _table(self, content: Any) -> Iterator[Block]:
        boxed = content_of_box(content)
        yield from self._text(BlockKind.CAPTION, self.markdown(content[1][1], " "))
        if boxed is not None:
            for node in styles.gathered(boxed):
                yield from self._block(node)
        else:
            yield from (Block(BlockKind.TABLE, text) for text in pipe_tables(content, self._cell))

    def _cell(self, nodes: list[Node]) -> str:
        """In one line: items of lists with a semicolon between, formulas within the line."""
        if any(node["t"] in {"BulletList", "OrderedList", "Table", "CodeBlock"} for node in nodes):
            return " ".join(_flat(node) for node in nodes).strip()
        return self.markdown(nodes, " ").replace("$$", "$")

    def _figure(self, content: Any) -> Iterator[Block]:
        """What it shows, then what is written under it, once: pandoc repeats the caption as alternative text."""
        _, (_, caption), nodes = content
        said = self.markdown(caption, " ")
        inner = [block for node in nodes for block in self._block(node)]
        yield from (block for block in inner if not said or not block.text.startswith("!["))
        yield from self._text(BlockKind.CAPTION, said)

    def _division(self, node: Node) -> Iterator[Block]:
        style, inner, classes = styles.style_of(node), node["c"][1], set(node["c"][0][1])
        if classes & _NAVIGATION:
            return
        level = styles.heading_level(style)
        if level and all(part["t"] in _PLAIN for part in inner):
            yield from self._heading(level, [{"t": "Str", "c": plain(inner)}])
            return
        kind = _kind(style, classes)
        for part in styles.gathered(inner):
            for block in self._block(part):
                if kind and block.kind is BlockKind.PARAGRAPH:
                    block.kind = kind
                yield block


def _kind(style: str, classes: set[str]) -> BlockKind | None:
    """What paragraphs within a division are, where it says so."""
    if styles.is_caption(style) or "caption" in classes:
        return BlockKind.CAPTION
    return BlockKind.FURNITURE if styles.is_contents(style) else None


_NAVIGATION = {"toctree", "contents", "index", "only", "sectnum", "meta", "raw"}
_NO_LANGUAGE = {"numberLines", "numberSource", "literate", "example", "literal", "programlisting", "sourceCode"}


def _unmarked(nodes: Iterable[Node]) -> list[Node]:
    """A heading is set bold by its level: marks around its words say nothing."""
    return [
        inner
        for node in nodes
        for inner in (_unmarked(node["c"]) if node["t"] in {"Strong", "Underline", "Emph"} else [node])
    ]


def _flat(node: Node) -> str:
    kind, content = node["t"], node["c"]
    if kind in {"BulletList", "OrderedList"}:
        entries = content if kind == "BulletList" else content[1]
        return "; ".join(" ".join(_flat(part) for part in entry) for entry in entries)
    if kind == "Table":
        return "; ".join(", ".join(row) for row in _rows_of(content))
    return " ".join(plain(node).split())


def _rows_of(content: Any) -> Iterator[list[str]]:
    for row in rows(content):
        yield [" ".join(_flat(node) for node in cell).strip() for cell in row]
