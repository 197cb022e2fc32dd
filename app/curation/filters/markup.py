"""Markup: active HTML in a text that is not about HTML, which a page that shows the text might run."""

import re

from app.curation.batch import Array, Batch, Content, among
from app.curation.bounds import Bound, Measure, at_most
from app.curation.cues import Cue
from app.curation.filter import Filter, Spans
from app.curation.spans import everywhere, matches
from app.curation.text import without_code

UNSAFE = Measure("unsafe_markup", "Scripts, event handlers and frames outside code", "places")

_SIGNS = Cue(
    "<script", "javascript:", "vbscript:", "<iframe", "<object", "<embed", "<svg", "<meta", "<base", "data:text/html",
    "onerror", "onload", "onclick", "onmouse", "onfocus", "onblur", "ontoggle", "onstart", "onkey", "onsubmit", "onchange",
    "oninput", "onpointer", "onanimation", "onbegin",
)  # fmt: skip
_UNSAFE = re.compile(
    r"<\s*/?\s*script\b[^>]{0,2000}>"
    r"|<\s*iframe\b[^>]{0,2000}>|<\s*(?:object|embed|base|meta)\s+[\w-]+\s*=[^>]{0,2000}>"
    r"|<\s*\w+\b[^>]{0,2000}?[\s/\"']on[a-z]{3,20}\s*=[^>]{0,2000}>?"
    r"|(?:href|src|action|formaction|data)\s*=\s*[\"']?\s*(?:javascript|vbscript|data:text/html)\s*:?"
    r"|\]\(\s*(?:javascript|vbscript)\s*:"
    r"|\bjavascript:\s*(?:alert|eval|document|window|void|fetch|location)\b",
    re.IGNORECASE,
)
_INLINE_CODE = re.compile(r"`[^`\n]{1,400}`")
_ABOUT_MARKUP = re.compile(
    r"\b(?:html5?|xhtml|css|java ?script|js|jquery|react|vue|angular|php|xss|web ?(?:page|site|app)|browser|form|button|"
    r"script(?:ing)?|code|snippet|program|function|tag|dom|iframe|markup|frontend|front-end|svg|xml|element|injection)s?\b",
    re.IGNORECASE,
)


class Markup(Filter):
    """Scripts, event handlers, frames and script links in texts that do not speak of web pages or code."""

    max_unsafe_markup: Bound = at_most(0, UNSAFE, "unsafe_markup")

    def measure(self, batch: Batch) -> dict[str, Array]:
        rows = _SIGNS.among(batch.prompt_cues) | _SIGNS.among(batch.reply_cues)
        return {"unsafe_markup": among(rows, _unsafe, batch.texts)}

    def spans(self, sample: Content) -> Spans:
        return {"unsafe_markup": everywhere(sample, matches(_UNSAFE))}


def _unsafe(text: str) -> int:
    prose = _INLINE_CODE.sub("", without_code(text))
    found = len(_UNSAFE.findall(prose))
    return 0 if not found or _ABOUT_MARKUP.search(_UNSAFE.sub(" ", prose)) else found
