"""What an XML document says of itself before its text: language, title, authors, date, licence."""

from pathlib import Path

from lxml import etree

from app.curation.documents.document import Facts
from app.curation.documents.format import Unreadable
from app.curation.documents.markup.events import Damaged, events
from app.curation.sample import Json

_ENOUGH = 4000
"""Elements looked at: a header stands at the beginning."""
_KEYS = {
    "author": "author", "creator": "author", "docauthor": "author", "persname": "",
    "date": "date", "pubdate": "date", "published": "date",
    "licence": "licence", "license": "licence", "rights": "licence", "copyright": "licence",
    "publisher": "publisher", "idno": "identifier", "identifier": "identifier", "keywords": "keywords",
}  # fmt: skip
_TITLES = ("title", "titlepart", "article-title", "articletitle", "doctitle", "headline", "h1")
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_LONGEST = 1000


def facts(path: Path) -> Facts:
    """From the first elements of the document; a fault there is told when the text is read."""
    found = Facts()
    try:
        for number, (event, element) in enumerate(events(path)):
            if event == "start":
                found.language = found.language or element.get(_LANGUAGE) or element.get("lang") or ""
            elif isinstance(element.tag, str):
                _take(found, element)
            if number > _ENOUGH:
                break
    except (Damaged, Unreadable):
        pass
    return found


def _take(found: Facts, element: etree._Element) -> None:
    name = etree.QName(element).localname.lower()
    key = _KEYS.get(name)
    if not key and name not in _TITLES:
        return
    text = " ".join(" ".join(element.itertext()).split())[:_LONGEST]
    if not text:
        return
    if name in _TITLES:
        found.title = found.title or text
    elif key == "author":
        _add(found.metadata, text)
    elif key:
        found.metadata.setdefault(key, element.get("when") or text)


def _add(metadata: Json, author: str) -> None:
    """Authors in order; one that is named in parts was told with its parts."""
    named = str(metadata.get("author", ""))
    if author not in named and len(named) < _LONGEST:
        metadata["author"] = f"{named}; {author}" if named else author
