"""XML read forward: elements as they open and close, in bounded memory. Nothing outside of the file is fetched."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from app.curation.documents.format import Unreadable

Node: TypeAlias = Any
"""An element of lxml."""


def walk(path: Path) -> Iterator[tuple[bool, Node]]:
    """(True, element) as it opens, (False, element) as it closes. Unreadable where the file is no well-formed XML.

    The caller calls `forget` on what it no longer needs. Entities of the file's own are put in, within libxml2's
    bounds for how far a file may blow itself up.
    """
    from lxml import etree

    try:
        stream = etree.iterparse(
            str(path),
            events=("start", "end"),
            resolve_entities="internal",
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        for event, node in stream:
            yield event == "start", node
    except etree.XMLSyntaxError as error:
        raise Unreadable(
            "broken_xml", f"The XML is damaged at line {error.lineno}. Repair it, or export it again."
        ) from (error)


def forget(node: Node) -> None:
    """Free what a closed element held, and the siblings before it."""
    node.clear(keep_tail=True)
    while node.getprevious() is not None:
        del node.getparent()[0]


def name_of(node: Node) -> str:
    """The element's name without its namespace, in lower case."""
    tag = node.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def attributes(node: Node) -> dict[str, str]:
    """By name, without namespaces, in lower case."""
    return {str(key).rpartition("}")[2].lower(): str(value) for key, value in node.attrib.items()}


def text_of(node: Node) -> str:
    """All text within, as it stands."""
    return "".join(node.itertext())
