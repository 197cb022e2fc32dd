"""Passages that are likely not worth a sample: tables of contents, lists of references, legal notices."""

import re
from itertools import pairwise

from app.curation.documents.document import PassageFlag


def _titles(names: str) -> frozenset[str]:
    return frozenset(names.split("|"))


_CONTENTS = _titles(
    "contents|table of contents|brief contents|list of figures|list of tables|index|inhalt|inhaltsverzeichnis|"
    "abbildungsverzeichnis|tabellenverzeichnis|stichwortverzeichnis|sommaire|table des matières|índice|"
    "tabla de contenido|indice|sommario|sumário|inhoud|inhoudsopgave|innehåll|indhold|innhold|sisällys|spis treści|"
    "obsah|оглавление|содержание|içindekiler|目录|目錄|目次|차례|목차|المحتويات|فهرس"
)
_REFERENCES = _titles(
    "references|reference list|bibliography|works cited|literature cited|literature|further reading|citations|"
    "selected bibliography|references and notes|notes and references|literatur|literaturverzeichnis|quellen|"
    "quellenverzeichnis|referenzen|références|bibliographie|referencias|bibliografía|bibliografia|riferimenti|"
    "referências|literatuur|referenties|referenser|källor|litteratur|lähteet|literatura|литература|"
    "список литературы|kaynakça|kaynaklar|参考文献|參考文獻|참고문헌|المراجع"
)
_BOILERPLATE = _titles(
    "copyright|copyright notice|license|licence|legal notice|disclaimer|imprint|impressum|terms of use|colophon|"
    "all rights reserved|mentions légales|rechtliche hinweise|urheberrecht|haftungsausschluss|aviso legal|"
    "cookie policy|privacy policy|trademarks|publisher's note"
)
_NUMBERED = re.compile(
    r"^[\W\d_]*(?:[ivxlc]+[.)]\s+|(?:chapter|appendix|kapitel|anhang)\s+\w+[.:]?\s+)?", re.IGNORECASE
)
_LEADERS = re.compile(r"(?:\.[ \u00a0]?){4,}\s*(?:\d{1,4}|[ivxlc]{1,7})\s*\|?\s*$|…{2,}\s*\d{1,4}\s*$", re.IGNORECASE)
_PAGE_AT_END = re.compile(r"^[^\w|]*[\w.]+\s*[^\W\d_].{2,120}?[\s.…]+(\d{1,4})\s*$")
_ENTRY = re.compile(
    r"^\W*(?:\[\d{1,3}\]|\(?\d{1,3}[.)]|\[[A-Z][\w+]{1,12}\])\s+\S|^\W*[A-ZÀ-Ž][\w'’-]+,?\s+(?:[A-Z]\.?[ -]?){1,4}[,.:;]"
)
_CITED = re.compile(
    r"\bdoi\b|doi\.org|\bet al\b|\bpp?\.\s*\d|\b\d{1,4}\s*\(\d{1,3}\)\s*[:,]|\bvol\.\s*\d|;\s*\d{1,4}(?:\(\w+\))?:\s*\w?\d|"
    r"\bISBN\b|\bPMID\b|\barXiv\b|\bIn: |\bProc\.|\bPress\b|\bVerlag\b|\(\d{4}[a-z]?\)|,\s*\d{4}[a-z]?\.",
    re.IGNORECASE,
)
_LEGAL = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados",
        r"©|\(c\)\s*(?:19|20)\d\d|\bcopyright\b",
        r"\bISBN(?:-1[03])?\b|\bISSN\b|library of congress|british library catalog",
        r"creative commons|\bCC[ -]BY\b|licen[sc]ed under|apache license|GNU (?:general|lesser|free)|MIT license",
        r"permission is hereby granted|no part of this (?:publication|book|document)|without (?:the )?(?:prior )?"
        r"(?:written )?permission|may be reproduced|redistribution and use",
        r"without warranty|as is[\"”']|no (?:representation|warrant)|not be (?:held )?liable|assumes? no (?:legal )?"
        r"(?:liability|responsibility)|haftung",
        r"registered trademark|trademarks? of",
        r"typeset|printed (?:in|on|and bound)|first published|published by|cover design|jacket design",
        r"cookies?\b.{0,80}\b(?:accept|consent|prefer|browser)",
    )
)
# Each notice holds one of these at least: looked for first, because that is cheap.
_HINTS = ("©", "(c)", "copyright", "reserv", "vorbehalten", "creative commons", "licen", "permission", "isbn", "cookie")
_SHARE = 0.6
_FEW_LINES = 4


def is_contents(text: str) -> bool:
    """Lines that lead to page numbers."""
    lines = [line for line in text.splitlines() if line.strip()]
    led = sum(1 for line in lines if _LEADERS.search(line))
    if led and led >= _SHARE * len(lines):
        return True
    pages = [int(found[1]) for line in lines if (found := _PAGE_AT_END.match(line))]
    rising = sum(1 for before, after in pairwise(pages) if before <= after)
    return len(pages) > _FEW_LINES and len(pages) >= _SHARE * len(lines) and rising >= 0.8 * (len(pages) - 1)


def flag_of(text: str, heading: tuple[str, ...], size: int) -> PassageFlag | None:
    """Why a passage is likely not worth a sample; `size` is in tokens: a long text is more than a notice."""
    titles = [_title(one) for one in heading]
    if is_contents(text) or (titles and titles[-1] in _CONTENTS and _is_bare(text)):
        return PassageFlag.CONTENTS
    if _REFERENCES.intersection(titles) or _is_references(text):
        return PassageFlag.REFERENCES
    if (titles and titles[-1] in _BOILERPLATE) or _is_legal(text, size):
        return PassageFlag.BOILERPLATE
    return None


def _title(heading: str) -> str:
    return _NUMBERED.sub("", heading.casefold(), count=1).strip(" .:*_#")


def _is_bare(text: str) -> bool:
    """Lines without sentences: entries, not prose."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return sum(1 for line in lines if len(line) < 120 and not line.endswith((".", "!", "?"))) >= 0.7 * len(lines)


def _is_references(text: str) -> bool:
    """Most lines (or paragraphs) begin like an entry and cite like one."""
    lines = [line for line in text.splitlines() if line.strip()]
    entries = sum(1 for line in lines if _ENTRY.match(line))
    return entries > 2 and entries >= 0.4 * len(lines) and len(_CITED.findall(text)) >= entries


def _is_legal(text: str, size: int) -> bool:
    """Two different signs of a notice in every hundred tokens or so."""
    lower = text.lower()
    if not any(hint in lower for hint in _HINTS):
        return False
    found = sum(1 for words in _LEGAL if words.search(text))
    return found >= 2 and found >= min(size / 100, 5)
