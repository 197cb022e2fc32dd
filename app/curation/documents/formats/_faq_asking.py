"""Which elements of a page ask: what is declared or opened, and lines that are questions."""

import re

from app.curation.documents.html_markdown import BLOCKS, Node, line, name_of
from app.curation.documents.questions import is_question, labels_question

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_TOGGLES = ("summary", "dt")
_CLASS = re.compile(
    r"(?:^|[\s_-])(?:questions?|frage|faq[_-]?q|faq[_-]?title|(?:accordion|collapse|toggle)[\w-]*(?:title|head|header|heading|button|trigger))"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_OPENS = ("aria-controls", "aria-expanded", "data-target", "data-bs-target")
_FEWEST = 3


def asking_elements(body: Node) -> list[Node]:
    """By their kind; where these are too few, any paragraph that is one question, for pages without structure."""
    toggles = [node for node in body.iter(*_TOGGLES) if line(node)]
    asked = sum(is_question(line(node)) for node in toggles)
    opened = set(toggles) if asked >= _FEWEST and 2 * asked >= len(toggles) else set()
    found = [node for node in body.iter() if node in opened or is_declared(node) or _may_ask(node)]
    return found if len(found) >= _FEWEST else [node for node in body.iter() if node in found or _is_a_question(node)]


def is_declared(node: Node) -> bool:
    """The name of a Question of schema.org, in microdata or RDFa."""
    return "name" in (node.get("itemprop"), node.get("property")) and question_scope(node) is not None


def question_scope(node: Node) -> Node | None:
    """The element of the Question that a name stands in; None where the nearest thing described is another one."""
    for outer in node.iterancestors():
        kind = str(outer.get("itemtype") or outer.get("typeof") or "")
        if kind:
            return outer if kind.rpartition("/")[2] == "Question" or kind.endswith(":Question") else None
    return None


def _may_ask(node: Node) -> bool:
    """A question by what the element is; what looks like one only by its words is `_is_a_question`."""
    kind = name_of(node)
    if not _looks_like_a_title(node, kind) and not _is_bold_start(node, kind) and not _is_first_cell(node, kind):
        return (
            kind in ("p", "div", "li")
            and not len(node)
            and labels_question(node.text or "")
            and is_question(line(node))
        )
    return is_question(line(node))


def _looks_like_a_title(node: Node, kind: str) -> bool:
    if kind in HEADINGS - {"h1"} or kind in _TOGGLES or kind == "button":
        return True
    return any(node.get(key) for key in _OPENS) or bool(_CLASS.search(str(node.get("class") or "")))


def _is_bold_start(node: Node, kind: str) -> bool:
    """Bold words that a paragraph opens with."""
    return kind in ("strong", "b") and node.getprevious() is None and not (node.getparent().text or "").strip()


def _is_first_cell(node: Node, kind: str) -> bool:
    """Of a table with two columns."""
    row = node.getparent()
    return kind in ("td", "th") and node.getprevious() is None and name_of(row) == "tr" and len(row) == 2


def _is_a_question(node: Node) -> bool:
    if name_of(node) not in ("p", "div") or any(name_of(inner) in BLOCKS for inner in node.iterdescendants()):
        return False
    return is_question(line(node))
