"""Requests that words alone cannot serve: links to fetch, pictures and files that are not there, pictures to draw."""

import re

from app.curation.batch import Array, Batch, each, where
from app.curation.bounds import Bound, Measure, at_most
from app.curation.filter import Filter

LINKS = Measure("link_to_fetch", "The question rests on a page that must be fetched", kind="flag")
MEDIA = Measure("missing_media", "The question rests on a picture, recording or file that is not there", kind="flag")
DRAWING = Measure("asks_for_drawing", "The question asks for a picture, recording or file", kind="flag")

_URL = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_SOURCE = re.compile(
    r"\b(?:summari[sz]e|read|review|analy[sz]e|evaluate|article|website|web ?page|site|page|video|"
    r"trailer|image|picture|photo|"
    r"painting|post|blog|link|url|tweet|song|critique|describe|rate|translate|extract|identify|classify|appraise|find)\b",
    re.IGNORECASE,
)
_WEB = re.compile(
    r"\b(?:search|browse|look up on|google|surf|scrape) (?:the )?(?:web|internet|online)\b", re.IGNORECASE
)
_MEDIUM = (
    r"(?:image|picture|photo|photograph|painting|"
    r"chart|graph|diagram|map|video|audio|clip|recording|screenshot|artwork|drawing)"
)
_FILE = r"(?:file|document|spreadsheet|pdf|attachment)"
_MISSING = re.compile(
    rf"[<\[(](?:(?:attached|insert(?:ed)?|an?|the|see)\s)?{_MEDIUM}s?\b[^>\])\n]{{0,40}}[>\])]"
    rf"|\b(?:attached|uploaded) (?:{_MEDIUM}|{_FILE})s?\b|\b(?:{_MEDIUM}|{_FILE})s? (?:attached|uploaded)\b"
    rf"|\b(?:in|from|about|of|at|on) (?:this|the (?:given|following|provided|above|below)) {_MEDIUM}\b(?! of| that| is)"
    rf"|\b(?:this|the (?:given|following|provided|above|below)) (?:\w+ ){{0,2}}{_MEDIUM}\b(?=[.?!:]?\s*$)",
    re.IGNORECASE,
)
_DRAW = re.compile(
    r"^\W*(?:please )?(?:draw|sketch|paint|illustrate|crop|render|photoshop)\b(?! (?:a |the )?(?:conclusion|inference|"
    r"comparison"
    r"|parallel|attention|connection|distinction|from|on|upon|up|out|your|the (?:moral|lesson)))"
    r"|^\W*(?:please )?(?:create|design|make|generate|construct|produce|build|give me|show)\b(?: me)?(?: \S+){0,4}? "
    r"(?:logo|poster|pictogram|illustration|flyer|brochure|infographic|blueprint|animation|gif|meme|collage|cartoon|banner"
    r"|image|picture|photo|painting|drawing|sketch|flowchart|diagram|"
    r"video|audio|song file|icon|mood ?board|wireframe)s?\b"
    r"(?! (?:caption|title|slogan|description|processing|classif|recogni|"
    r"generat|editing|name|text|script|concept|style|book))",
    re.IGNORECASE,
)


class Request(Filter):
    """Questions that a model without eyes, ears and network can only answer by making things up."""

    max_link_to_fetch: Bound = at_most(0, LINKS, "needs_the_internet")
    max_missing_media: Bound = at_most(0, MEDIA, "picture_or_file_missing")
    max_asks_for_drawing: Bound = at_most(None, DRAWING, "asks_for_a_picture")

    def measure(self, batch: Batch) -> dict[str, Array]:
        asked = ~batch.is_text
        return {
            "link_to_fetch": where(asked, each(_needs_network, batch.questions)),
            "missing_media": where(asked, each(_needs_media, batch.questions)),
            "asks_for_drawing": where(
                asked, each(lambda question: _DRAW.search(question) is not None, batch.questions)
            ),
        }


def _needs_network(question: str) -> bool:
    """A link that is nearly all there is to work on, next to a verb that works on what stands behind it."""
    if _WEB.search(question):
        return True
    rest, found = _URL.subn(" ", question)
    return found > 0 and len(rest.split()) <= 25 and _SOURCE.search(rest) is not None


def _needs_media(question: str) -> bool:
    return len(question) < 600 and _MISSING.search(question) is not None
