"""Listings of a page as fenced code, with their language where the page names it."""

import re

from lxml.html import HtmlElement

from app.curation.documents.web.names import names

_NAMED = re.compile(
    r"(?:^|\s)(?:language|lang|highlight-source|highlight|brush|sourceCode|prettyprint lang)[-:\s]+([A-Za-z][\w+#.-]*)"
)
_NO_NAME = {
    "text",
    "none",
    "plain",
    "plaintext",
    "default",
    "highlight",
    "source",
    "notranslate",
    "nohighlight",
    "block",
}
_NUMBERS = names("linenos lineno linenumber line-numbers-rows gutter hljs-ln-numbers linenodiv line-numbers")
_RUN = re.compile(r"`+")


def fenced(text: str, language: str = "") -> str:
    """The listing in a fence longer than any run of backticks within."""
    fence = "`" * max(3, max(map(len, _RUN.findall(text)), default=0) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def listing(element: HtmlElement) -> str:
    """The lines of a <pre>, blanks as they are; empty where it holds none."""
    text = "".join(_lines(element)).replace("\r\n", "\n").replace("\u00a0", " ")
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    return fenced(text, _language(element)) if text.strip() else ""


def _lines(element: HtmlElement) -> list[str]:
    found = [element.text or ""]
    for child in element:
        if child.tag == "br":
            found.append("\n")
        elif isinstance(child.tag, str) and child.tag not in {"script", "style", "button"} and not _is_number(child):
            found += _lines(child)
            if child.tag in {"div", "li", "p", "tr"} and not "".join(found).endswith("\n"):
                found.append("\n")
        found.append(child.tail or "")
    return found


def _is_number(element: HtmlElement) -> bool:
    return not _NUMBERS.isdisjoint((element.get("class") or "").split())


def _language(element: HtmlElement) -> str:
    """Named on the listing, on the <code> within, or on one of the two elements around it."""
    near = [element, *element.iterchildren("code"), *list(element.iterancestors())[:2]]
    for one in near:
        names = (one.get("data-lang") or one.get("data-language") or "").strip()
        found = _NAMED.search(one.get("class") or "")
        name = names or (found[1] if found else "")
        if name and name.lower() not in _NO_NAME:
            return name.lower()
    return ""
