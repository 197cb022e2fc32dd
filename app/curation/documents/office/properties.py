"""What an office file says of itself: title, author, language, dates."""

import re

from app.curation.documents.document import Facts
from app.curation.documents.format import Unreadable
from app.curation.documents.office.xml import descendants, local, parsed, text_of

_NAMES = {
    "creator": "author",
    "initial-creator": "author",
    "subject": "subject",
    "description": "description",
    "keywords": "keywords",
    "keyword": "keywords",
    "created": "created",
    "creation-date": "created",
    "modified": "modified",
    "publisher": "publisher",
    "rights": "rights",
    "identifier": "identifier",
}
_GIVEN = re.compile(
    r"(power ?point[ -]presentation|untitled.*|microsoft word - .*|document ?\d*|presentation ?\d*|"
    r"powerpoint-präsentation|présentation powerpoint|slide ?\d*|title|book ?\d*|word document)",
    re.I,
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def facts_of(content: bytes | None) -> Facts:
    """From core properties, an ODT's meta.xml or an e-book's package document. Nothing where there is none."""
    facts = Facts()
    try:
        root = parsed(content) if content else None
    except Unreadable:
        root = None
    for node in descendants(root, "title", "language", *_NAMES) if root is not None else ():
        _add(facts, local(node), text_of(node))
    return facts


def _add(facts: Facts, name: str, text: str) -> None:
    if not text:
        return
    if name == "title":
        facts.title = facts.title or ("" if _GIVEN.fullmatch(text) else text)
    elif name == "language":
        facts.language = facts.language or (text if _LANGUAGE.fullmatch(text) else "")
    else:
        key = _NAMES[name]
        known = facts.metadata.get(key)
        facts.metadata[key] = text if known is None else known if text in known else f"{known}; {text}"
