"""A Word document made ready for pandoc: numbers of headings and clauses written out, indents taken away.

Pandoc counts simple lists itself, but drops the numbers of headings and of clauses such as 4.2: they are part of the
text, others refer to them. An indent would make a quotation of any paragraph.
"""

from collections.abc import Iterator

from lxml import etree

from app.curation.documents.office.numbering import Numbering
from app.curation.documents.office.package import not_a
from app.curation.documents.office.parts import Members, main_part
from app.curation.documents.office.word_shapes import give_grid, lift_boxes
from app.curation.documents.office.xml import Node, attribute, child, children, descendants, parsed


def prepared(members: Members) -> Members:
    """The members with their main text changed. Unreadable where there is none."""
    name = main_part(members)
    if name is None or name not in members:
        raise not_a(".docx")
    body = parsed(members[name])
    folder = name.rpartition("/")[0]
    numbering = Numbering(_root(members, f"{folder}/numbering.xml"), _root(members, f"{folder}/styles.xml"))
    lift_boxes(body)
    give_grid(body)
    paragraphs = list(descendants(body, "p"))
    numbering.look_at(paragraphs)
    for paragraph in paragraphs:
        _settle(paragraph, numbering)
    return members | {name: etree.tostring(body, xml_declaration=True, encoding="UTF-8")}


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
