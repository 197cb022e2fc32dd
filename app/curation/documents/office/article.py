"""A JATS article made ready for pandoc: labels of figures and tables, references and end matter written out as text."""

import re
from collections.abc import Iterator
from html import unescape

from lxml import etree

from app.curation.documents.document import Facts
from app.curation.documents.office.package import not_a
from app.curation.documents.office.references import references
from app.curation.documents.office.xml import Node, attribute, child, children, descendants, local, parsed, text_of

_LABELLED = ("fig", "table-wrap", "boxed-text", "supplementary-material")
_TITLES = {"ack": "Acknowledgments", "ref-list": "References", "glossary": "Glossary", "notes": "Notes",
           "app": "Appendix", "fn-group": "Notes"}  # fmt: skip
_NAMED = re.compile(rb"&[A-Za-z][A-Za-z0-9]+;")
_OWN = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"}
_DROPPED = ("front-stub", "object-id", "related-object", "processing-meta")


def prepared(source: bytes) -> tuple[bytes, Facts]:
    root = parsed(_NAMED.sub(_character, source))
    if local(root) != "article":
        root = next(iter(descendants(root, "article")), root)
    if local(root) != "article":
        raise not_a("an article in JATS")
    for entity in list(root.iter(etree.Entity)):
        _remove(entity)
    facts = _facts(root)
    notes = {attribute(node, "id"): node for group in descendants(root, "fn-group") for node in children(group, "fn")}
    for node in list(descendants(root, "xref")):
        _unwrap(node, notes)
    for node in list(descendants(root, *_LABELLED)):
        _label(node)
    body = child(root, "body")
    body = etree.SubElement(root, "body") if body is None else body
    _abstracts(root, body)
    _end_matter(root, body)
    for node in list(descendants(root, *_DROPPED)):
        _remove(node)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8"), facts


def _facts(root: Node) -> Facts:
    meta = child(root, "front", "article-meta")
    title = text_of(child(meta, "title-group", "article-title"))
    ids = {attribute(node, "pub-id-type") or "id": text_of(node) for node in children(meta, "article-id")}
    authors = [
        _name(node)
        for node in (descendants(meta, "contrib") if meta is not None else ())
        if attribute(node, "contrib-type") in {None, "author"}
    ]
    told = {
        "author": "; ".join(name for name in authors if name),
        "journal": text_of(next(iter(descendants(root, "journal-title")), None)),
        "doi": ids.get("doi", ""),
        "date": _date(child(meta, "pub-date")),
        "keywords": "; ".join(text_of(node) for node in (descendants(meta, "kwd") if meta is not None else ())),
        "license": text_of(child(meta, "permissions", "license")),
    }
    return Facts(title, attribute(root, "lang") or "", metadata={key: value for key, value in told.items() if value})


def _name(node: Node) -> str:
    name = next(iter(descendants(node, "name")), None)
    if name is None:
        return text_of(next(iter(descendants(node, "collab")), None))
    return " ".join(filter(None, (text_of(child(name, "given-names")), text_of(child(name, "surname")))))


def _date(node: Node | None) -> str:
    told = [text_of(child(node, part)) for part in ("year", "month", "day")]
    return "-".join(part.zfill(2) for part in told if part)


def _character(found: re.Match[bytes]) -> bytes:
    """A character that HTML has a name for: journals' own files lean on a DTD that is not at hand."""
    name = found.group().decode()
    return found.group() if name in _OWN else f"{unescape(name)}".encode("ascii", "xmlcharrefreplace")


def _remove(node: Node) -> None:
    """The text after it stays."""
    parent = node.getparent()
    if parent is None:
        return
    if node.tail:
        before = node.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + node.tail
        else:
            parent.text = (parent.text or "") + node.tail
    parent.remove(node)


def _unwrap(node: Node, notes: dict[str | None, Node]) -> None:
    """A note moves to where it is referred to first; of any other reference the text stays: pandoc would look it up."""
    within = any(local(above) == "body" for above in node.iterancestors())
    note = notes.pop(attribute(node, "rid"), None) if within else None
    if note is None:
        node.tag = "named-content"
        node.attrib.clear()
        return
    group = note.getparent()
    note.tail = None
    node.addprevious(note)
    _remove(node)
    if child(group, "fn") is None:
        _remove(group)


def _label(node: Node) -> None:
    """ "Table 1. Title. The rest" as one paragraph of the caption."""
    label, caption = child(node, "label"), child(node, "caption")
    if caption is None:
        caption = etree.Element("caption")
        node.insert(0, caption)
    title = child(caption, "title")
    said = child(caption, "p")
    if title is None and said is not None and label is not None:
        said.text = f"{text_of(label)} {said.text or ''}"
        _remove(label)
        return
    first = etree.Element("p")
    if label is not None and text_of(label):
        first.text = f"{text_of(label)} "
        _remove(label)
    if title is not None:
        title.tag, title.tail = "named-content", None
        first.append(title)
    if first.text or len(first):
        caption.insert(0, first)


def _abstracts(root: Node, body: Node) -> None:
    """As the first sections, each with a title."""
    meta = child(root, "front", "article-meta")
    found = [node for node in (meta if meta is not None else ()) if local(node) in {"abstract", "trans-abstract"}]
    for at, node in enumerate(found):
        if child(node, "title") is None:
            title = etree.Element("title")
            title.text = (attribute(node, "abstract-type") or "abstract").replace("-", " ").capitalize()
            node.insert(0, title)
        node.tag, node.tail = "sec", None
        body.insert(at, node)


def _end_matter(root: Node, body: Node) -> None:
    """Acknowledgments, appendices and references as sections with a title at the end of the text."""
    for node in list(descendants(root, "notes")):
        if any(local(above) == "front" for above in node.iterancestors()):
            body.extend(_sections(node))
    back = child(root, "back")
    for node in list(back) if back is not None else []:
        if local(node) in _TITLES or local(node) in {"sec", "app-group"}:
            body.extend(_sections(node))
    for node in children(root, "sub-article"):
        _article_within(node, body)
    for node in [*children(root, "back"), *children(root, "sub-article"), *children(root, "response")]:
        root.remove(node)


def _sections(node: Node) -> Iterator[Node]:
    name = local(node)
    if name == "app-group":
        for part in list(node):
            yield from _sections(part) if local(part) in _TITLES else ()
        return
    title = child(node, "title")
    if name == "ref-list":
        yield references(node, text_of(title) or _TITLES[name])
        return
    if title is None and name != "sec":
        title = etree.Element("title")
        title.text = text_of(child(node, "label")) or _TITLES[name]
        node.insert(0, title)
    for note in list(descendants(node, "fn")):
        for paragraph in children(note, "p"):
            note.addprevious(paragraph)
        _remove(note)
    for group in list(descendants(node, "fn-group")):
        group.tag = "sec"
    node.tag = "sec"
    yield node


def _article_within(node: Node, body: Node) -> None:
    """A decision letter or a translation, under its own title."""
    inner = child(node, "body")
    if inner is None:
        return
    section = etree.SubElement(body, "sec")
    title = next(iter(descendants(node, "article-title")), None)
    etree.SubElement(section, "title").text = text_of(title) or "Supplement"
    section.extend(list(inner))
