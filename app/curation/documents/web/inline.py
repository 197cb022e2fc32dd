"""Running text of a page as inline Markdown: emphasis, code, links, formulas, exponents."""

import re
from collections.abc import Callable, Iterator

from lxml.html import HtmlElement

from app.curation.documents.web.names import names

NEVER = names(
    "script style template noscript head title meta link base object embed applet iframe frame audio video canvas "
    "svg map area select option datalist textarea input progress meter rp dialog"
)
"""Elements whose content is no text of the page."""
BLOCKS = names(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup p pre search section "
    "summary table tbody td tfoot th thead tr ul listing plaintext xmp"
)
WRAPPER = "data-winnow-wrapper"
"""An attribute that `page` sets on inline elements with blocks in them."""
_WORDS_OF_ANSWER = 8
_SENTENCE = re.compile(r"[^\W\d_]{3,}[.!?](?:\s|$)")
_CODES = {"code", "kbd", "samp", "tt"}
"""Marked in headings too: `Weak<T>` without its marks would lose a part to whoever reads it as Markdown."""
_TITLES = {"h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt", "legend"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_MARGIN = names(
    "headerlink anchor-link anchorjs-link mw-editsection mw-cite-backlink footnote-backref visually-hidden sr- "
    "only noprint reference-backlink screen-reader-text"
)
_SPACE = re.compile(r"[ \t\r\n\f\u00a0\u2000-\u200a\u202f]+")
_BREAKS = re.compile(r" ?\u2028 ?")
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF])
_BREAK = "\u2028"
_UP = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_DOWN = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_RAISED = re.compile(r"[-−+]?\d+|n|[-−+]")


def hidden(element: HtmlElement) -> bool:
    """Whether a reader of the page does not see it, or it belongs to the page's handling (permalinks, edit links)."""
    if element.tag in NEVER:
        return True
    get = element.get
    if get("hidden") is not None or _HIDDEN.search(get("style") or ""):
        return not (get("class") or "").startswith("mwe-math") and not _unfolds(element)
    if get("role") in {"doc-backlink"} or (get("aria-hidden") == "true" and "katex-html" in (get("class") or "")):
        return True
    return not _MARGIN.isdisjoint((get("class") or "").split())


def _unfolds(element: HtmlElement) -> bool:
    """Answers wait hidden under their questions until someone asks: whole sentences are meant to be read."""
    text = "".join(element.itertext())
    return len(text.split()) >= _WORDS_OF_ANSWER and _SENTENCE.search(text) is not None


def is_block(element: HtmlElement) -> bool:
    """Whether it stands on lines of its own: by its name, or as an inline element around blocks."""
    return element.tag in BLOCKS or element.get(WRAPPER) is not None


def squeezed(text: str) -> str:
    """Blanks as one blank, line breaks that the author set as line breaks."""
    text = _SPACE.sub(" ", text.translate(_INVISIBLE))
    return _BREAKS.sub("\n", text).strip()


def inline(element: HtmlElement, marks: bool = True) -> str:
    """The text in an element, its own tail left out, ready to be joined and squeezed."""
    return "".join(_parts(element, marks))


def _parts(element: HtmlElement, marks: bool) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield rendered(child, marks)
        yield child.tail or ""


def rendered(element: HtmlElement, marks: bool = True) -> str:
    """An inline element as Markdown."""
    tag = element.tag
    if tag == "script" and (element.get("type") or "").startswith("math/tex"):
        return _formula(element.text or "")
    if hidden(element):
        return ""
    if tag in _SPECIAL and (marks or tag != "span"):
        return _SPECIAL[tag](element)
    text = inline(element, marks)
    if tag in BLOCKS:
        return f" {text} "
    return _MARKED[tag](text, element) if tag in _MARKED and (marks or tag in _CODES) else text


def _around(mark: str) -> Callable[[str, HtmlElement], str]:
    """Marks close to the words: Markdown does not see emphasis that begins or ends with a blank."""

    def marked(text: str, _: HtmlElement) -> str:
        core = text.strip(" \t\r\n\f\u00a0\u2028")
        if not core or mark in core or _BREAK in core:
            return text
        start = text.index(core)
        return f"{text[:start]}{mark}{core}{mark}{text[start + len(core) :]}"

    return marked


def _code(text: str, _: HtmlElement) -> str:
    core = _SPACE.sub(" ", text).strip()
    if not core:
        return text
    fence = "``" if "`" in core else "`"
    pad = " " if "`" in core else ""
    return f"{fence}{pad}{core}{pad}{fence}"


def _link(text: str, element: HtmlElement) -> str:
    """A target says something outside the page where it is an address; within a site or a page it is left out."""
    target, core = (element.get("href") or "").strip(), _SPACE.sub(" ", text).strip()
    if not core or not target.lower().startswith(("http://", "https://")) or _BREAK in core or "[" in core:
        return text
    if core.rstrip("/") == target.rstrip("/") or len(target) > 300 or not target.isprintable() or " " in target:
        return text
    return f"[{core}]({target.replace('(', '%28').replace(')', '%29')})"


def _up(element: HtmlElement) -> str:
    """10<sup>5</sup> is not 105: exponents keep their height, other raised letters (5th, footnote marks) do not need it."""
    text = inline(element)
    return text.strip().translate(_UP) if _RAISED.fullmatch(text.strip()) else text


def _down(element: HtmlElement) -> str:
    text = inline(element)
    return text.strip().translate(_DOWN) if _RAISED.fullmatch(text.strip()) else text


def _picture(element: HtmlElement) -> str:
    """Formulas are often pictures with their TeX as the text for the blind."""
    alt = (element.get("alt") or "").strip()
    is_formula = "math" in (element.get("class") or "").lower() or alt.startswith(("\\", "{\\", "$"))
    return _formula(alt) if alt and is_formula else ""


def _math(element: HtmlElement) -> str:
    notes = element.xpath(".//*[local-name()='annotation'][contains(@encoding, 'tex')]")
    if notes:
        return _formula("".join(notes[0].itertext()))
    alt = element.get("alttext")
    return _formula(alt) if alt else _SPACE.sub(" ", "".join(element.itertext()))


def _formula(tex: str) -> str:
    core = _SPACE.sub(" ", tex).strip().strip("$").strip()
    return f"${core}$" if core else ""


def _ruby(element: HtmlElement) -> str:
    return f"({text})" if (text := inline(element).strip()) else ""


def _button(element: HtmlElement) -> str:
    """A button is handling, except where it opens the answer to a question: then it is the question."""
    text = inline(element, marks=False)
    above = element.getparent()
    alone = above is not None and above.tag in _TITLES and "".join(above.itertext()).split() == text.split()
    asks = text.strip().endswith("?") or alone
    return text if asks else ""


def _mathematics_container(element: HtmlElement) -> str:
    """MathJax, KaTeX and Wikipedia give one formula twice: as MathML and as a picture or boxes. Once is enough."""
    maths = element.xpath(".//*[local-name()='math']")
    return _math(maths[0]) if maths else inline(element)


_TWICE = {"mwe-math-element", "katex", "MathJax", "katex-display"}
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.I)


def _span(element: HtmlElement) -> str:
    names = (element.get("class") or "").split()
    if not _TWICE.isdisjoint(names):
        return _mathematics_container(element)
    text = inline(element)
    bold = _BOLD.search(element.get("style") or "") and "**" not in text
    return _around("**")(text, element) if bold else text


_SPECIAL: dict[str, Callable[[HtmlElement], str]] = {
    "br": lambda _: _BREAK,
    "wbr": lambda _: "",
    "img": _picture,
    "math": _math,
    "sup": _up,
    "sub": _down,
    "rt": _ruby,
    "span": _span,
    "button": _button,
}
_MARKED: dict[str, Callable[[str, HtmlElement], str]] = {
    **dict.fromkeys(("b", "strong"), _around("**")),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), _around("*")),
    **dict.fromkeys(("s", "strike", "del"), _around("~~")),
    **dict.fromkeys(_CODES, _code),
    "a": _link,
    "q": lambda text, _: f"“{text.strip()}”",
}
