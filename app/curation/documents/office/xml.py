"""XML of office files: nothing is fetched, no entity grows, and names count without their namespace.

Strict and transitional files differ in nothing but the namespace.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

from lxml import etree

from app.curation.documents.pandoc.program import damaged

Node: TypeAlias = Any
"""An element of lxml, which brings no types."""


def parsed(content: bytes) -> Node:
    """The root. Unreadable where it is no XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise damaged() from None


def local(node: Node) -> str:
    """The name without namespace; empty for a comment."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def attribute(node: Node | None, name: str) -> str | None:
    """By its name without namespace."""
    if node is None:
        return None
    return next((str(value) for key, value in node.attrib.items() if str(key).rpartition("}")[2] == name), None)


def children(node: Node | None, name: str) -> Iterator[Node]:
    return (child for child in (() if node is None else node) if local(child) == name)


def child(node: Node | None, *names: str) -> Node | None:
    """Down the path of names; None where it ends early."""
    for name in names:
        node = next(children(node, name), None)
    return node


def descendants(node: Node, *names: str) -> Iterator[Node]:
    return (inner for inner in node.iter() if local(inner) in names)


def text_of(node: Node | None) -> str:
    """All text within, blanks collapsed."""
    return " ".join("".join(str(text) for text in node.itertext()).split()) if node is not None else ""
