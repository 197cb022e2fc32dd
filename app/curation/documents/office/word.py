"""A Word document made ready for pandoc: numbers of headings and clauses written out, indents taken away.

Pandoc counts simple lists itself, but drops the numbers of headings and of clauses such as 4.2: they are part of the
text, others refer to them. An indent would make a quotation of any paragraph.
"""

from collections.abc import Iterator

from lxml import etree

from app.curation.documents.office.numbering import Numbering
from app.curation.documents.office.package import not_a, packed
from app.curation.documents.office.parts import Members, main_part
from app.curation.documents.office.word_shapes import give_grid, lift_boxes
from app.curation.documents.office.xml import Node, attribute, child, children, descendants, local, parsed

PIECE = 15_000
"""Elements of XML that pandoc reads at once: about fifty pages. A long document is read in pieces, or it takes a
minute and a gigabyte until the first word of it is seen."""


def pieces(members: Members) -> Iterator[bytes]:
    """Packages for pandoc to read, one after the other. Unreadable where there is no main text."""
    name = main_part(members)
    if name is None or name not in members:
        raise not_a(".docx")
    root = parsed(members[name])
    folder = name.rpartition("/")[0]
    numbering = Numbering(_root(members, f"{folder}/numbering.xml"), _root(members, f"{folder}/styles.xml"))
    lift_boxes(root)
    give_grid(root)
    paragraphs = list(descendants(root, "p"))
    numbering.look_at(paragraphs)
    for paragraph in paragraphs:
        _settle(paragraph, numbering)
    for piece in _cut(root):
        yield packed(members | {name: etree.tostring(piece, xml_declaration=True, encoding="UTF-8")})


def _cut(root: Node) -> Iterator[Node]:
    """Between paragraphs that are in no list, where pandoc would begin to count anew."""
    body = child(root, "body")
    if body is None or sum(1 for _ in root.iter()) <= PIECE:
        yield root
        return
    piece, size = _empty(root, body), 0
    for node in list(body):
        if size > PIECE and local(node) == "p" and child(node, "pPr", "numPr") is None:
            yield piece
            piece, size = _empty(root, body), 0
        size += sum(1 for _ in node.iter())
        piece[0].append(node)
    yield piece


def _empty(root: Node, body: Node) -> Node:
    """A document like this one without text."""
    made = etree.Element(root.tag, root.attrib, nsmap=root.nsmap)
    etree.SubElement(made, body.tag)
    return made


def _root(members: Members, name: str) -> Node | None:
    return parsed(members[name]) if name in members else None


def _settle(paragraph: Node, numbering: Numbering) -> None:
    settings = child(paragraph, "pPr")
    if settings is not None:
        for indent in list(children(settings, "ind")):
            settings.remove(indent)
    if numbering.is_code(paragraph):
        _keep_blanks(paragraph)
    number = numbering.next(paragraph)
    if number:
        _write(paragraph, number)


def _keep_blanks(paragraph: Node) -> None:
    """Blanks that do not break: pandoc would make one of many."""
    for node in list(descendants(paragraph, "t", "tab")):
        if node.getparent().tag.endswith("}tabs"):
            continue
        node.tag = node.tag.rpartition("}")[0] + "}t"
        node.text = (node.text or " " * 4).replace(" ", "\xa0").replace("\t", "\xa0" * 4)


def _write(paragraph: Node, number: str) -> None:
    """The number before the first run, and the paragraph out of its list."""
    settings = child(paragraph, "pPr")
    space = paragraph.tag.rpartition("}")[0] + "}"
    run = etree.Element(f"{space}r")
    etree.SubElement(run, f"{space}t").text = f"{number} "
    run[0].set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    paragraph.insert(0 if settings is None else 1, run)
    if settings is None:
        return
    for told in [*children(settings, "numPr"), *_list_style(settings)]:
        settings.remove(told)
    none = etree.SubElement(settings, f"{space}numPr")
    etree.SubElement(none, f"{space}numId").set(f"{space}val", "0")


def _list_style(settings: Node) -> Iterator[Node]:
    """Pandoc takes a paragraph of the general list style into the item before it."""
    return (node for node in children(settings, "pStyle") if attribute(node, "val") == "ListParagraph")
