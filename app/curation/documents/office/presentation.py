"""The slides of a presentation: shapes in the order in which they are read out, the title first."""

from collections.abc import Iterator
from itertools import pairwise

from app.curation.documents.document import Block, BlockKind
from app.curation.documents.markdown_table import tables
from app.curation.documents.office.drawing import chart, diagram, is_listed, lines, paragraphs, picture
from app.curation.documents.office.package import not_a
from app.curation.documents.office.parts import Members, main_part, relations
from app.curation.documents.office.xml import Node, attribute, child, children, descendants, local, parsed

_TITLES = {"title", "ctrTitle"}
_FURNITURE = {"dt", "ftr", "hdr", "sldNum", "sldImg"}


class Presentation:
    """`slides` are the names of their parts."""

    def __init__(self, members: Members) -> None:
        main = main_part(members)
        if main is None or main not in members:
            raise not_a(".pptx")
        known = relations(members, main)
        ids = [_relation(node) for node in descendants(parsed(members[main]), "sldId")]
        self._members = members
        self.slides = [known[id].target for id in ids if id in known and known[id].target in members]

    def blocks(self, slide: str) -> Iterator[Block]:
        """Of one slide, its speaker notes last."""
        known = relations(self._members, slide)
        shapes = list(_shapes(child(parsed(self._members[slide]), "cSld", "spTree")))
        shapes.sort(key=lambda shape: _placeholder(shape) not in _TITLES)
        for shape in shapes:
            yield from self._shape(shape, {key: relation.target for key, relation in known.items()})
        for relation in known.values():
            if relation.kind == "notesSlide" and relation.target in self._members:
                yield from self._notes(relation.target)

    def _notes(self, part: str) -> Iterator[Block]:
        for shape in _shapes(child(parsed(self._members[part]), "cSld", "spTree")):
            if _placeholder(shape) == "body":
                yield from paragraphs(child(shape, "txBody"), listed=False)

    def _shape(self, shape: Node, known: dict[str, str]) -> Iterator[Block]:
        role = _placeholder(shape)
        body = child(shape, "txBody")
        if role in _FURNITURE:
            return
        if role in _TITLES:
            title = " ".join(" ".join(lines(body)).split())
            if title:
                yield Block(BlockKind.HEADING, title, 1)
        elif body is not None:
            yield from paragraphs(body, listed=role in {"body", "obj"} and is_listed(body))
        elif local(shape) == "graphicFrame":
            yield from self._frame(shape, known)
        elif local(shape) == "pic":
            yield from picture(shape)

    def _frame(self, frame: Node, known: dict[str, str]) -> Iterator[Block]:
        data = child(frame, "graphic", "graphicData")
        for node in data if data is not None else ():
            name = local(node)
            if name == "tbl":
                yield from _table(node)
            elif name == "chart":
                yield from chart(self._part(node, "id", known))
            elif name == "relIds":
                yield from diagram(self._part(node, "dm", known))

    def _part(self, node: Node, name: str, known: dict[str, str]) -> Node | None:
        target = known.get(attribute(node, name) or "", "")
        return parsed(self._members[target]) if target in self._members else None


def _relation(node: Node) -> str:
    """A slide has two ids: the one with a namespace points to its part."""
    return next((str(value) for key, value in node.attrib.items() if str(key).endswith("}id")), "")


def _shapes(tree: Node | None) -> Iterator[Node]:
    """Leaves, groups opened; of an alternative the first that can be read."""
    for node in tree if tree is not None else ():
        name = local(node)
        if name in {"sp", "graphicFrame", "pic", "cxnSp"}:
            yield node
        elif name == "grpSp":
            yield from _shapes(node)
        elif name == "AlternateContent":
            choice = next(children(node, "Choice"), None)
            yield from _shapes(choice if choice is not None else child(node, "Fallback"))


def _placeholder(shape: Node) -> str:
    """What the layout has the shape for; empty where it is none of the layout's."""
    for node in shape:
        if local(node) in {"nvSpPr", "nvPicPr", "nvGraphicFramePr"}:
            told = child(node, "nvPr", "ph")
            return "" if told is None else attribute(told, "type") or "obj"
    return ""


def _table(node: Node) -> Iterator[Block]:
    """A cell that spans several stands in each."""
    rows = [list(_row(row)) for row in children(node, "tr")]
    for upper, lower in pairwise(rows):
        for at, text in enumerate(lower):
            if text is None and at < len(upper):
                lower[at] = upper[at]
    filled = [[text or "" for text in row] for row in rows]
    filled = [row for row in filled if any(row)]
    if filled:
        width = max(map(len, filled))
        padded = [row + [""] * (width - len(row)) for row in filled]
        yield from (Block(BlockKind.TABLE, text) for text in tables(padded[:1], padded[1:]))


def _row(row: Node) -> Iterator[str | None]:
    before = ""
    for node in children(row, "tc"):
        if attribute(node, "vMerge") in {"1", "true"}:
            yield None
        elif attribute(node, "hMerge") in {"1", "true"}:
            yield before
        else:
            before = " ".join(lines(child(node, "txBody")))
            yield before
