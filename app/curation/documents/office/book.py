"""An e-book made ready for pandoc: without pictures, and without the pages that only list its contents."""

import re
from collections.abc import Iterator
from posixpath import basename, dirname, join, normpath
from urllib.parse import unquote

from lxml import etree

from app.curation.documents.document import Facts
from app.curation.documents.office.package import encrypted, not_a, packed
from app.curation.documents.office.properties import facts_of
from app.curation.documents.office.xml import Node, attribute, children, descendants, parsed

Members = dict[str, bytes]
PIECE = 600_000
"""Bytes of chapters that pandoc reads at once: a long book is read in pieces."""
_TEXT = (".xhtml", ".html", ".htm", ".xml", ".opf", ".ncx", "mimetype")
_CONTENTS = re.compile(rb"""epub:type=["'](?:[\w\s-]*\s)?(toc|landmarks|page-list|loi|lot|index)["'\s]""")
_FONTS = ("http://ns.adobe.com/pdf/enc#RC", "http://www.idpf.org/2008/embedding")


def is_text(name: str) -> bool:
    return name.lower().endswith(_TEXT)


def pieces(members: Members) -> tuple[Iterator[bytes], Facts]:
    """Packages for pandoc to read, one after the other, and what the book says of itself."""
    _check_locks(members.get("META-INF/encryption.xml"))
    name = _book(members)
    if name is None or name not in members:
        raise not_a(".epub")
    book = parsed(members[name])
    return _cut(name, book, members), facts_of(_metadata(book))


def _book(members: Members) -> str | None:
    container = members.get("META-INF/container.xml")
    root = next(descendants(parsed(container), "rootfile"), None) if container else None
    return attribute(root, "full-path")


def _cut(name: str, book: Node, members: Members) -> Iterator[bytes]:
    """The chapters in their order, as many at once as make a piece; lists of contents are left out."""
    spine = next(descendants(book, "spine"), None)
    paths = {
        attribute(node, "id"): _path(name, attribute(node, "href") or "") for node in _chapters(book, name, members)
    }
    left = [node for node in children(spine, "itemref") if attribute(node, "idref") in paths]
    around = {path: content for path, content in members.items() if path not in paths.values()}
    while left and spine is not None:
        for node in list(children(spine, "itemref")):
            spine.remove(node)
        piece: Members = {}
        while left and sum(map(len, piece.values())) < PIECE:
            spine.append(left.pop(0))
            path = paths[attribute(spine[-1], "idref")]
            piece[path] = members.get(path, b"")
        yield packed(around | piece | {name: etree.tostring(book, xml_declaration=True, encoding="UTF-8")})


def _chapters(book: Node, name: str, members: Members) -> Iterator[Node]:
    listed = _listed(book)
    return (node for node in descendants(book, "item") if not _is_contents(node, name, members, listed))


def _path(book: str, href: str) -> str:
    return normpath(join(dirname(book), unquote(href)))


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
    content = members.get(_path(book, href), b"")
    return (
        _CONTENTS.search(content[:4096]) is not None
        or re.match(r"(table.?of.?contents?|toc|nav)\.x?html?$", basename(href), re.IGNORECASE) is not None
    )


def _metadata(book: Node) -> bytes | None:
    found = next(children(book, "metadata"), None)
    return None if found is None else etree.tostring(found)
