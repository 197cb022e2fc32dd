"""What looks like a heading in a plain text, and how deep it is."""

import re

_NUMBER = r"(?:[IVXLC]{1,7}|\d{1,3}(?:\.\d{1,3})*|[A-Z])"
_NAMED = re.compile(
    rf"(?P<name>PART|BOOK|TITLE|CHAPTER|ARTICLE|SECTION|APPENDIX|EXHIBIT|SCHEDULE|ANNEX|ATTACHMENT|AMENDMENT|KAPITEL|TEIL|ABSCHNITT|"
    rf"ARTIKEL|ANLAGE|ANHANG|CHAPITRE|TITRE|ANNEXE|CAPÍTULO|ARTÍCULO|SECCIÓN|ITEM|§+)(?:\s+|(?<=§))(?P<number>{_NUMBER}(?:[-.]\d+)*)\b[.:)]?(?P<rest>.*)",
    re.I,
)
_COUNTED = re.compile(
    r"(?P<number>\d{1,2}(?:\.\d{1,3})*(?=[.)]?\s)|[IVX]{2,5}(?=[.)])|[A-Z](?=\)))[.)]?\s+(?P<rest>\S.*)"
)
_WORD = re.compile(r"[^\W\d_]+")
_SMALL = {"a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "und", "der", "die",
          "das", "für", "de", "du", "des", "la", "le", "et", "y", "von", "zu", "im"}  # fmt: skip
_ADDRESS = re.compile(
    r"\b\d{4,}\b|@|\b(?:INC|LLC|L\.L\.C|CORP|CORPORATION|COMPANY|LTD|LIMITED|N\.A|LP|L\.P|PLC|GMBH|AG)\b\.?,?$|_{3}|\$"
)
_TOP = {"part", "book", "title", "kapitel", "chapter", "teil", "chapitre", "titre", "capítulo"}
_DEEPER = {"section", "abschnitt", "sección", "chapter", "kapitel"}
_WITH_TITLE = {
    "article",
    "chapter",
    "section",
    "part",
    "kapitel",
    "artikel",
    "abschnitt",
    "chapitre",
    "capítulo",
    "artículo",
}
_LONGEST = 100
_WORDS = 12


def level(text: str, before_prose: bool = True) -> int:
    """1 and more for a heading, 0 for anything else. `before_prose`: whether running text follows."""
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return 0
    return _named(text) or _counted(text, before_prose) or _capitals(text) or (_titled(text) if before_prose else 0)


def goes_on(text: str) -> bool:
    """A heading that the next line ends: it stops at a preposition, or is the mere number of an article."""
    if text.split()[-1].lower() in _SMALL:
        return True
    found = _NAMED.fullmatch(text)
    return bool(found and not found["rest"].strip() and found["name"].lower() in _WITH_TITLE)


def _named(text: str) -> int:
    """ARTICLE IV, Section 2.1 Title, Exhibit A. A sentence that begins so goes on in small letters."""
    found = _NAMED.match(text)
    if not found or text.endswith((",", ";")) or (text[:1].islower()):
        return 0
    rest = found["rest"].strip(" .:-–—")
    if rest and (not _is_title(rest) or (text.endswith(".") and len(rest.split()) > 8)):
        return 0
    name = found["name"].lower()
    return (1 if name in _TOP else 2) + (found["number"].count(".") if name in _DEEPER else 0)


def _counted(text: str, before_prose: bool) -> int:
    """1.2 Title. With a single number or a full stop only where running text follows: it may be an item of a list."""
    found = _COUNTED.match(text)
    if not found or not _is_title(found["rest"]) or text.endswith((",", ";", ":")):
        return 0
    if text.endswith(".") and (not before_prose or ". " in found["rest"]):
        return 0
    dots = found["number"].count(".")
    return 2 + dots if dots or before_prose else 0


def is_capitals(text: str) -> bool:
    """Nothing but capitals, enough of them to mean it."""
    letters = [one for one in text if one.isalpha()]
    return len(letters) >= 4 and all(one.isupper() for one in letters)


def _capitals(text: str) -> int:
    fits = is_capitals(text) and len(text.split()) <= 2 * _WORDS and not text.endswith((",", ";"))
    return 2 if fits and not _ADDRESS.search(text) else 0


def _titled(text: str) -> int:
    """A Short Line in Title Case over a paragraph."""
    words = text.split()
    fits = len(words) <= 8 and text[-1:].isalnum() and _is_title(text) and not _ADDRESS.search(text)
    return 2 if fits and len(_WORD.findall(text)) >= max(1, len(words) - 1) and "  " not in text else 0


def _is_title(text: str) -> bool:
    """Few words, of which those that matter begin with a capital; or one that begins so and stands alone."""
    words = _WORD.findall(text)
    if not words or len(words) > _WORDS or not words[0][0].isupper():
        return False
    heavy = [word for word in words if word.lower() not in _SMALL]
    return bool(sum(word[0].isupper() for word in heavy) >= 0.6 * len(heavy))
