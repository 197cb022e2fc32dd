"""An OpenDocument text made ready for pandoc: refused where it is locked or something else, changes taken as accepted."""

import re

from lxml import etree

from app.curation.documents.office.package import encrypted, not_a
from app.curation.documents.office.xml import Node, attribute, descendants, local, parsed, text_of
from app.curation.documents.pandoc import styles

Members = dict[str, bytes]
_LEFT_OUT = ("tracked-changes", "annotation", "table-of-content", "sequence-decls", "forms", "soft-page-break")


def prepared(members: Members) -> tuple[Members, str]:
    """The members to read, and the title that stands in the text."""
    if b"encryption-data" in members.get("META-INF/manifest.xml", b""):
        raise encrypted()
    if "content.xml" not in members or b"opendocument.text" not in members.get("mimetype", b"opendocument.text"):
        raise not_a(".odt")
    root = parsed(members["content.xml"])
    for node in list(descendants(root, *_LEFT_OUT)):
        _take_out(node)
    known = _Styles(root, parsed(members["styles.xml"]) if "styles.xml" in members else None)
    title = ""
    for node in list(descendants(root, "p")):
        names = known.names(node)
        if "Title" in names and not title:
            title = text_of(node)
            _take_out(node)
        else:
            _mark(node, names)
    return members | {"content.xml": etree.tostring(root, xml_declaration=True, encoding="UTF-8")}, title


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


class _Styles:
    """The names that a paragraph's style goes by: its own and those of the styles it is made of."""

    def __init__(self, *roots: Node | None) -> None:
        found = [node for root in roots if root is not None for node in descendants(root, "style")]
        self._parents = {
            _readable(attribute(node, "name")): _readable(attribute(node, "parent-style-name")) for node in found
        }

    def names(self, paragraph: Node) -> list[str]:
        name, found = _readable(attribute(paragraph, "style-name")), []
        while name and name not in found:
            found.append(name)
            name = self._parents.get(name, "")
        return found


def _readable(name: str | None) -> str:
    """A style is stored as Preformatted_20_Text."""
    return re.sub(r"_([0-9a-f]{2})_", lambda found: chr(int(found[1], 16)), name or "")


def _typed(node: Node) -> str:
    """The text of a paragraph of code: blanks, tabs and breaks are elements there."""
    written = {"s": " " * min(_count(attribute(node, "c")), 200), "tab": "    ", "line-break": "\n"}.get(
        local(node), ""
    )
    inner = "".join(_typed(part) + (part.tail or "") for part in node)
    return written + (node.text or "" if local(node) else "") + inner


def _count(told: str | None) -> int:
    return int(told) if told and told.isdigit() and len(told) < 6 else 1


def _mark(paragraph: Node, names: list[str]) -> None:
    if any(map(styles.is_code, names)):
        text = _typed(paragraph).replace(" ", "\xa0").replace("\n", "\u2028")
        for part in list(paragraph):
            paragraph.remove(part)
        paragraph.text = styles.marked("Source Code", text)
    elif any(map(styles.is_caption, names)):
        paragraph.text = styles.marked("Caption", paragraph.text or "")
