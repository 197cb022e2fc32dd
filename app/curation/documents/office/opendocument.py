"""An OpenDocument text made ready for pandoc: refused where it is locked or something else, changes taken as accepted."""

from lxml import etree

from app.curation.documents.office.package import encrypted, not_a
from app.curation.documents.office.xml import Node, attribute, child, descendants, local, parsed, text_of

Members = dict[str, bytes]
_LEFT_OUT = ("tracked-changes", "annotation", "table-of-content", "sequence-decls", "forms", "soft-page-break")


def checked(members: Members) -> Members:
    if b"encryption-data" in members.get("META-INF/manifest.xml", b""):
        raise encrypted()
    if "content.xml" not in members or b"opendocument.text" not in members.get("mimetype", b"opendocument.text"):
        raise not_a(".odt")
    root = parsed(members["content.xml"])
    for node in list(descendants(root, *_LEFT_OUT)):
        _take_out(node)
    for node in list(descendants(root, "p")):
        _title(node, _titles(root, members))
    return members | {"content.xml": etree.tostring(root, xml_declaration=True, encoding="UTF-8")}


def _take_out(node: Node) -> None:
    """The text after it stays."""
    parent, before = node.getparent(), node.getprevious()
    if parent is None:
        return
    if node.tail:
        if before is not None:
            before.tail = (before.tail or "") + node.tail
        else:
            parent.text = (parent.text or "") + node.tail
    parent.remove(node)


def _titles(root: Node, members: Members) -> set[str]:
    return set()


def _title(node: Node, titles: set[str]) -> None:
    pass


__all__ = ["attribute", "child", "local", "text_of"]
