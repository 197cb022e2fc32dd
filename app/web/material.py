"""Sample text as safe HTML: Markdown where it hides no word, plain text otherwise.

Sample text comes from strangers. No link can be clicked, nothing is loaded, and every letter and digit is on the page.
"""

import html
import re

import nh3
from markupsafe import Markup, escape

from app.web.markdown import TAGS, as_html
from app.web.rendering import GLOBALS
from app.web.unseen import mark_unseen

LONGEST = 50_000
"""Characters of Markdown that are parsed; the parser's time grows with the square of some texts' length."""
MOST_SIGNS = 4_000
"""Lines, brackets, stars and the like that are parsed, for the same reason."""
_SIGNS = re.compile(r"[\n\[*_`<|!~]")
NUMBER = re.compile(r'<li\b[^>]*?\bvalue="(\d+)"[^>]*>')
"""A numbered item of a list: its number is a word of the text, although it stands in a tag."""
_TAG = re.compile(r"<[^>]*>")
_NOT_A_WORD = re.compile(r"[\W_]+")
_PROSE = re.compile(r'</?p(?: dir="auto")?>|<br>')


def material(text: str) -> Markup:
    """The text as its writer meant it to look."""
    if len(text) > LONGEST or len(_SIGNS.findall(text)) > MOST_SIGNS:
        return plain(text)
    rendered = nh3.clean(as_html(text), tags=set(TAGS), attributes=TAGS, link_rel=None)
    if words(visible(rendered)) != words(text):
        return plain(text)
    return Markup(mark_unseen(rendered))  # noqa: S704 - cleaned above


def plain(text: str) -> Markup:
    """The text exactly as it stands in the sample, every space and sign of it."""
    return Markup('<div class="plain">{}</div>').format(shown(text))


def is_formatted(rendered: Markup) -> bool:
    """Whether there is more than paragraphs to see, so that plain text would look different."""
    return not rendered.startswith('<div class="plain">') and "<" in _PROSE.sub("", rendered)


def shown(text: str) -> Markup:
    """Escaped text with a mark for each character that nobody could see."""
    return Markup(mark_unseen(str(escape(text))))  # noqa: S704 - escaped on this line


def visible(rendered: str) -> str:
    """What a person reads on a rendered page, the numbers of lists included."""
    return html.unescape(_TAG.sub("", NUMBER.sub(r"\1", rendered)))


def words(text: str) -> str:
    """The letters and digits of a text, in order: what rendering must never lose, add or move."""
    return _NOT_A_WORD.sub("", text)


GLOBALS.update(material=material, plain=plain, is_formatted=is_formatted, shown=shown)
