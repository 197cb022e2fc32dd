"""The references of a JATS article as a list: as they are written, or made of their fields."""

from lxml import etree

from app.curation.documents.office.xml import Node, attribute, child, children, descendants, local, text_of


def references(node: Node, title: str) -> Node:
    section = etree.Element("sec")
    etree.SubElement(section, "title").text = title
    told = etree.SubElement(section, "list")
    told.set("list-type", "bullet")
    for reference in descendants(node, "ref"):
        item = etree.SubElement(etree.SubElement(told, "list-item"), "p")
        item.text = _reference(reference)
    return section


def _reference(node: Node) -> str:
    """As it is written; made of its fields where it is only fields."""
    label = text_of(child(node, "label"))
    cited = next((inner for inner in node if local(inner).endswith("citation")), None)
    if cited is None:
        return text_of(node)
    text = text_of(cited) if local(cited) in {"mixed-citation", "citation"} and _is_written(cited) else _composed(cited)
    return f"{label} {text}".strip()


def _is_written(cited: Node) -> bool:
    """Fields with nothing between them are only fields."""
    between = "".join(node.tail or "" for node in cited) + (cited.text or "")
    return any(sign in between for sign in ".,;:") or not len(cited)


def _composed(cited: Node) -> str:
    people = [
        " ".join(filter(None, (text_of(child(name, "surname")), text_of(child(name, "given-names")))))
        for name in descendants(cited, "name", "string-name")
    ]
    people += [text_of(name) for name in descendants(cited, "collab")]
    field = {local(node): text_of(node) for node in cited}
    pages = "–".join(filter(None, (field.get("fpage"), field.get("lpage"))))
    where = ":".join(filter(None, (" ".join(filter(None, (field.get("source"), field.get("volume")))), pages)))
    year = f"({field['year']})" if field.get("year") else ""
    title = field.get("article-title") or field.get("chapter-title") or field.get("data-title", "")
    ids = [f"{(attribute(node, 'pub-id-type') or 'id').upper()}: {text_of(node)}" for node in children(cited, "pub-id")]
    sentences = [", ".join(people), title, " ".join(filter(None, (where, year))), ", ".join(ids)]
    return ". ".join(sentence.rstrip(".") for sentence in sentences if sentence) + "."
