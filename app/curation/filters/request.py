"""Requests that words alone cannot serve: links to fetch, pictures and files that are not there, pictures to draw."""

import re

from app.curation.batch import Array, Batch, Content, among, where
from app.curation.bounds import Bound, Measure, at_most
from app.curation.cues import Cue
from app.curation.filter import Filter, Spans
from app.curation.spans import in_answers, in_questions, matches
from app.curation.text import without_code

LINKS = Measure("link_to_fetch", "The question rests on a page that must be fetched", kind="flag")
MEDIA = Measure("missing_media", "The question rests on a picture, recording or file that is not there", kind="flag")
MATERIAL = Measure("missing_material", "The question speaks of a text or data that it does not hold", kind="flag")
LIVE = Measure("asks_for_live_data", "The question asks for what only holds here and now", kind="flag")
INVENTED = Measure("invented_media", "The answer shows a picture that nobody made", kind="flag")
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
    r"|^\W*(?:please )?(?:create|design|make|generate|construct|produce|build|give me|show)\b(?: me)?(?: (?!character)\S+){0,4}? "
    r"(?:logo|poster|pictogram|illustration|flyer|brochure|infographic|animation|gif|meme|collage|cartoon|banner"
    r"|image|picture|photo|painting|drawing|sketch|flowchart|diagram|"
    r"video|audio|song file|icon|mood ?board|wireframe)s?\b"
    r"(?! (?:caption|title|slogan|description|processing|classif|recogni|"
    r"generat|editing|name|text|script|concept|style|book))",
    re.IGNORECASE,
)


_MATERIAL = (
    r"(?:text|article|passage|paragraph|sentences?|lists?|data ?sets?|data|tables?|documents?|poem|story|stories|numbers|"
    r"words|e-?mail|essay|report|speech|review|quotes?|equations?|series|conversation|dialogue?|"
    r"statements?|information|excerpt|letter|values|phrases|items|scenario|transcript|abstract|code|input|"
    r"lyrics|spreadsheet|file|tweets?|blog post)"
)
_GIVEN = re.compile(
    rf"\b(?:the|this|these) (?:following|given|provided|below|above|attached) (?:[\w-]+ ){{0,3}}?{_MATERIAL}\b"
    rf"|\b(?:the|this|these) (?:[\w-]+ )?{_MATERIAL} (?:below|above|provided)\b",
    re.IGNORECASE,
)
_WRITES_CODE = re.compile(
    r"\b(?:function|program|query|algorithm|script|regex|regular expression|class|method|sql|formula|code (?:to|that|for)"
    r"|procedure|command|statement (?:to|that))\b",
    re.IGNORECASE,
)
_HOLDS = re.compile(r"""["“”«»:{}\[\]=|`]|\d[\d.,\s]*[,;\n]\s*\d|\n|(?<!\w)'|'(?!\w)""")
_MORE = re.compile(r"[.:?!]\s*\w")
"""What follows may be the material itself."""
_LIVE = re.compile(
    r"\b(?:what(?:'s| is| will)|how(?:'s| is| will)|tell me|check|give me|find|get|report|provide|look up|show me)\b"
    r"[^.?\n]{0,30}\b(?:weather|weather forecast)\b[^.?\n]{0,20}\b(?:in|for|today|now|tomorrow|outside|like)\b"
    r"|\b(?:find|locate|where(?:'s| is)|what(?:'s| is)|identify|search for|show|suggest|list|recommend)\b[^.?\n]{0,20}"
    r"\b(?:nearest|closest) (?:\w+ )?(?:restaurant|airport|hospital|gas station|petrol station|hotel|store|shop|bank|atm|"
    r"pharmacy|station|park|cafe|caf\u00e9|coffee shop|supermarket|gym|library|post office|stop)s?\b"
    r"|\b(?:current|today's|latest|live|real-?time) (?:\w+ )?(?:stock|share|bitcoin|gold|oil|market|exchange|weather|"
    r"temperature|score|time|date|news|headlines?|traffic|prices?|president|prime minister|chancellor|ceo|governor|mayor)\b"
    r"|\b(?:what(?:'s| is)|find|get|check|report|look up|predict)\b[^.?\n]{0,20}\b(?:stock|share) price of\b"
    r"|\bwhat (?:time|day|date) is it\b|\bwhat(?:'s| is) today\b|\btoday's date\b"
    r"|\b(?:find|book|search for)\b[^.?\n]{0,30}\b(?:flights?|tickets?|hotel rooms?)\b[^.?\n]{0,20}\b(?:from|to|in|for)\b"
    r"|\b(?:lowest|cheapest|best) price (?:on|for|of)\b"
    r"|\b(?:gather|find|collect|research|look up)\b[^.?\n]{0,20}\b(?:recent|latest|current|up-to-date) "
    r"(?:\w+ )?(?:data|news|statistics|events|articles?|information|president|prices?)\b",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"!\[[^\]\n]{0,200}\]\(|<img\b[^>\n]{0,300}\bsrc=|^\W*(?:https?://)?(?:i\.)?imgur\.com/\S+\W*$", re.IGNORECASE
)

_BUILDS = re.compile(
    r"\b(?:if|function|program|query|algorithm|script|code|api|app|application|model|html|web ?page|website|feature|class|"
    r"stor(?:y|ies)|dialogue|conversation|sentence|example|write|compose|explain|describe)\b",
    re.IGNORECASE,
)
"""Signs that live data is only spoken of."""
_MARKUP = re.compile(r"\b(?:html|markdown|markup|web ?(?:page|site)|css|readme|tag|code|url|link)\b", re.IGNORECASE)
SHORT = 300
"""Bytes of a prompt that can lack what it speaks of; a longer one holds it."""

_LINKED = Cue("://", "www.")
_SEARCHED = Cue("search", "browse", "look up on", "google", "surf", "scrape")
_SHOWN = Cue("image", "picture", "photo", "painting", "chart", "graph", "diagram", "map", "video", "audio", "clip",
    "recording", "screenshot", "artwork", "drawing", "attached", "uploaded")  # fmt: skip
_DRAWN = Cue("draw", "sketch", "paint", "illustrat", "crop", "render", "photoshop", "logo", "poster", "pictogram", "flyer",
    "brochure", "infographic", "animation", "gif", "meme", "collage", "cartoon", "banner", "image", "picture",
    "photo", "flowchart", "diagram", "video", "audio", "song file", "icon", "mood board", "moodboard", "wireframe")  # fmt: skip
_POINTED = Cue("following", "given", "provided", "below", "above", "attached")
_CURRENT = Cue("weather", "nearest", "closest", "current", "today", "latest", "live ", "real-time", "realtime", "price",
    "is it", "flight", "ticket", "hotel room", "recent", "up-to-date")  # fmt: skip
_EMBEDDED = Cue("![", "<img", "imgur.com")


class Request(Filter):
    """Questions that a model without eyes, ears and network can only answer by making things up."""

    version = 2
    max_link_to_fetch: Bound = at_most(0, LINKS, "needs_the_internet")
    max_missing_media: Bound = at_most(0, MEDIA, "picture_or_file_missing")
    max_missing_material: Bound = at_most(0, MATERIAL, "text_or_data_missing")
    max_asks_for_live_data: Bound = at_most(None, LIVE, "asks_for_live_data")
    max_invented_media: Bound = at_most(0, INVENTED, "answer_shows_a_picture")
    max_asks_for_drawing: Bound = at_most(None, DRAWING, "asks_for_a_picture")

    def measure(self, batch: Batch) -> dict[str, Array]:
        asked, seen = ~batch.is_text, batch.prompt_cues
        short = asked & (batch.prompt_bytes.lengths <= SHORT)
        network = asked & (_LINKED.among(seen) | _SEARCHED.among(seen))
        found = {
            "link_to_fetch": among(network, _needs_network, batch.questions),
            "missing_media": among(asked & _SHOWN.among(seen), _needs_media, batch.questions),
            "missing_material": among(short & _POINTED.among(seen), _lacks_material, batch.prompts),
            "asks_for_live_data": among(short & ~batch.has_tools & _CURRENT.among(seen), _asks_for_now, batch.prompts),
            "invented_media": among(asked & _EMBEDDED.among(batch.reply_cues), _shows, batch.answers),
            "asks_for_drawing": among(asked & _DRAWN.among(seen), _asks_for_drawing, batch.questions),
        }
        found["invented_media"] *= 1 - among(found["invented_media"] > 0, _is_about_markup, batch.prompts)
        return {name: where(asked, values) for name, values in found.items()}

    def spans(self, sample: Content) -> Spans:
        return {
            "needs_the_internet": in_questions(sample, matches(_URL)) + in_questions(sample, matches(_WEB)),
            "picture_or_file_missing": in_questions(sample, matches(_MISSING)),
            "text_or_data_missing": in_questions(sample, matches(_GIVEN)),
            "asks_for_live_data": in_questions(sample, matches(_LIVE)),
            "answer_shows_a_picture": in_answers(sample, matches(_PICTURE)),
            "asks_for_a_picture": in_questions(sample, matches(_DRAW)),
        }


def _needs_network(question: str) -> bool:
    """A link that is nearly all there is to work on, next to a verb that works on what stands behind it."""
    if _WEB.search(question):
        return True
    rest, found = _URL.subn(" ", question)
    return found > 0 and len(rest.split()) <= 25 and _SOURCE.search(rest) is not None


def _needs_media(question: str) -> bool:
    return len(question) < 600 and _MISSING.search(question) is not None


def _lacks_material(prompt: str) -> bool:
    """One sentence that points at something given, and nothing in it or after it that could be that."""
    found = _GIVEN.search(prompt)
    if not found or _HOLDS.search(prompt.strip()) or _WRITES_CODE.search(prompt):
        return False
    rest = prompt[found.end() :]
    return len(rest.split()) <= 12 and _MORE.search(rest) is None


def _asks_for_now(prompt: str) -> bool:
    if "\n" in prompt.strip() or _BUILDS.search(prompt):
        return False
    return _LIVE.search(prompt.replace("’", "'")) is not None


def _shows(answer: str) -> bool:
    return _PICTURE.search(without_code(answer)) is not None


def _is_about_markup(prompt: str) -> bool:
    return _MARKUP.search(prompt) is not None or _PICTURE.search(prompt) is not None


def _asks_for_drawing(question: str) -> bool:
    return _DRAW.search(question) is not None
