"""A page of questions as elements: pairs where they stand, and the text around them."""

from collections.abc import Iterator
from copy import deepcopy
from typing import TypeAlias

from app.curation.documents.document import Block, BlockKind, Element, Facts
from app.curation.documents.format import Unreadable
from app.curation.documents.formats._faq_declared import declared_pairs
from app.curation.documents.formats._faq_pairs import AROUND, Found, find_pairs
from app.curation.documents.html_markdown import BLOCKS, SKIPPED, Node, blocks, clean, element, line, name_of
from app.curation.documents.questions import pair, same

Heading: TypeAlias = tuple[int, str]

_KINDS = {
    "ul": BlockKind.LIST, "ol": BlockKind.LIST, "dl": BlockKind.LIST, "table": BlockKind.TABLE, "pre": BlockKind.CODE,
    "blockquote": BlockKind.QUOTE, "figcaption": BlockKind.CAPTION,
}  # fmt: skip
_WHOLE = {*_KINDS, "p", "para", "paragraph"}


def read_page(html: bytes) -> Iterator[Element]:
    """Facts, then the page in its order; then what it only declares to machines."""
    root = parsed(html)
    yield _facts(root)
    declared = declared_pairs(root)
    body = _main(root)
    walk = _Walk(find_pairs(body), declared)
    yield from walk.elements(body)
    for question, answer in declared:
        if same(question) not in walk.seen:
            yield from pair(question, answer, ())


def parsed(html: bytes) -> Node:
    """UTF-8 where the bytes are, else what the page says of itself. Unreadable where there is nothing in it."""
    from lxml import etree
    from lxml import html as parser

    try:
        html.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = None
    try:
        reader = parser.HTMLParser(encoding=encoding, huge_tree=False)
        root = parser.document_fromstring(html, parser=reader)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable("empty_page", "This page holds nothing that can be read. Save it once more.") from error
    if any("depth" in told.message for told in reader.error_log):
        raise Unreadable("too_deep", "The elements of this page are nested too deeply. Save the page as text.")
    return root


def _facts(root: Node) -> Facts:
    title = next((text for kind in ("title", "h1") for node in root.iter(kind) if (text := line(node))), "")
    metadata = {}
    for node in root.iter("link", "meta"):
        key = str(node.get("rel") or node.get("name") or node.get("property") or "").lower()
        if key in ("canonical", "description", "author", "og:site_name", "og:url"):
            metadata[key.removeprefix("og:")] = str(node.get("href") or node.get("content") or "")
    return Facts(title=title, language=str(root.get("lang") or "").split("-")[0].lower(), metadata=metadata)


def _main(root: Node) -> Node:
    """The page's main part, where it says which and that part is no stub; else all of it."""
    body = next(iter(root.iter("body")), root)
    mains = [node for node in body.iter() if name_of(node) == "main" or node.get("role") == "main"]
    if len(mains) == 1 and 2 * len(line(mains[0])) >= len(line(body)):
        return mains[0]
    return body


class _Walk:
    """`declared` are the pairs that the page tells to machines: where their words stand in unknown markup, they are not
    told twice."""

    def __init__(self, found: Found, declared: list[tuple[str, str]]) -> None:
        self._found = found
        self._questions = {same(question) for question, _ in declared}
        self._answers = "\n".join(same(answer) for _, answer in declared)
        self._above: list[Heading] = []
        self._told: set[str] = set()
        self.seen: set[str] = set()

    def elements(self, node: Node) -> Iterator[Element]:
        """What stands in a node, in reading order."""
        run = _Run(node.text)
        for child in node:
            kind = name_of(child)
            if child in self._found.pairs or child in self._found.holders:
                yield from self._blocks(run.taken(), BlockKind.PARAGRAPH)
                yield from self._pair(child) if child in self._found.pairs else self.elements(child)
            elif child not in self._found.answers and kind not in AROUND and kind not in SKIPPED:
                if kind in BLOCKS or any(name_of(inner) in BLOCKS for inner in child.iter()):
                    yield from self._blocks(run.taken(), BlockKind.PARAGRAPH)
                    yield from self._block(child, kind)
                else:
                    run.add(child)
            if child not in self._found.tails:
                run.say(child.tail)
        yield from self._blocks(run.taken(), BlockKind.PARAGRAPH)

    def _pair(self, node: Node) -> Iterator[Element]:
        question, answer = self._found.pairs[node]
        if same(question + answer) in self._told:
            return
        self._told.add(same(question + answer))
        self.seen.add(same(question))
        yield from pair(question, answer, tuple(text for _, text in self._above))

    def _block(self, node: Node, kind: str) -> Iterator[Element]:
        if kind[:1] == "h" and kind[1:].isdecimal():
            yield from self._heading(line(node), int(kind[1:]))
        elif kind in _WHOLE:
            yield from self._blocks(_whole(node), _KINDS.get(kind, BlockKind.PARAGRAPH))
        else:
            yield from self.elements(node)

    def _heading(self, text: str, level: int) -> Iterator[Element]:
        if text:
            self._above = [above for above in self._above if above[0] < level] + [(level, text)]
            yield Block(BlockKind.HEADING, text, level=level)

    def _blocks(self, texts: list[str], kind: BlockKind) -> Iterator[Element]:
        for text in texts:
            if any(character.isalnum() for character in text) and not self._is_declared(text):
                yield Block(kind, text)

    def _is_declared(self, text: str) -> bool:
        return same(text) in self._questions or (len(text) > 20 and same(text) in self._answers)


class _Run:
    """Words and elements within a line, gathered until a block or a pair begins."""

    def __init__(self, text: str | None) -> None:
        self._node = element(text)

    def add(self, node: Node) -> None:
        self._node.append(_copy(node))

    def say(self, text: str | None) -> None:
        if len(self._node):
            self._node[-1].tail = (self._node[-1].tail or "") + clean(text)
        else:
            self._node.text = (self._node.text or "") + clean(text)

    def taken(self) -> list[str]:
        node, self._node = self._node, element("")
        return blocks(node)


def _whole(node: Node) -> list[str]:
    outer = element("")
    outer.append(_copy(node))
    return blocks(outer)


def _copy(node: Node) -> Node:
    copy = deepcopy(node)
    copy.tail = None
    return copy
