"""An e-book made ready for pandoc: without pictures, and without the pages that only list its contents."""

import re
from posixpath import basename, dirname, join, normpath
from urllib.parse import unquote

from lxml import etree

from app.curation.documents.document import Facts
from app.curation.documents.office.package import encrypted, not_a
from app.curation.documents.office.properties import facts_of
from app.curation.documents.office.xml import Node, attribute, children, descendants, parsed

Members = dict[str, bytes]
_TEXT = (".xhtml", ".html", ".htm", ".xml", ".opf", ".ncx", "mimetype")
_CONTENTS = re.compile(rb"""epub:type=["'](?:[\w\s-]*\s)?(toc|landmarks|page-list|loi|lot|index)["'\s]""")
_FONTS = ("http://ns.adobe.com/pdf/enc#RC", "http://www.idpf.org/2008/embedding")


def is_text(name: str) -> bool:
    return name.lower().endswith(_TEXT)


def prepared(members: Members) -> tuple[Members, Facts]:
    """The members to read, and what the book says of itself."""
    _check_locks(members.get("META-INF/encryption.xml"))
    container = members.get("META-INF/container.xml")
    name = next(
        (attribute(node, "full-path") for node in descendants(parsed(container), "rootfile"))
        if container
        else iter(()),
        None,
    )
    if name is None or name not in members:
        raise not_a(".epub")
    book = parsed(members[name])
    items = {attribute(node, "id"): node for node in descendants(book, "item")}
    listed = _listed(book)
    for node in list(descendants(book, "itemref")):
        item = items.get(attribute(node, "idref"))
        parent = node.getparent()
        if item is not None and parent is not None and _is_contents(item, name, members, listed):
            parent.remove(node)
    facts = facts_of(_metadata(book))
    return members | {name: etree.tostring(book, xml_declaration=True, encoding="UTF-8")}, facts


def _check_locks(told: bytes | None) -> None:
    """Only fonts may be locked: their text can be read all the same."""
    for node in descendants(parsed(told), "EncryptionMethod") if told else ():
        if not (attribute(node, "Algorithm") or "").startswith(_FONTS):
            raise encrypted()


def _listed(book: Node) -> set[str]:
    """Files that the book's guide calls its contents."""
    return {
        (attribute(node, "href") or "").partition("#")[0]
        for node in descendants(book, "reference")
        if (attribute(node, "type") or "").lower() in {"toc", "loi", "lot", "index"}
        and "#" not in (attribute(node, "href") or "")
    }


def _is_contents(item: Node, book: str, members: Members, listed: set[str]) -> bool:
    href = attribute(item, "href") or ""
    if "nav" in (attribute(item, "properties") or "").split() or href in listed:
        return True
    content = members.get(normpath(join(dirname(book), unquote(href))), b"")
    return (
        _CONTENTS.search(content[:4096]) is not None
        or re.match(r"(table.?of.?contents?|toc|nav)\.x?html?$", basename(href), re.IGNORECASE) is not None
    )


def _metadata(book: Node) -> bytes | None:
    found = next(children(book, "metadata"), None)
    return None if found is None else etree.tostring(found)
