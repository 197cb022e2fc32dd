"""Finds questions and the elements that answer them, however a page lays them out."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from app.curation.documents.html_markdown import Node, element, line, markdown, name_of
from app.curation.documents.questions import is_question, plain_answer, plain_question

AROUND = {"nav", "footer", "aside", "head"}
"""What stands around a page's own words."""
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_TOGGLES = ("summary", "dt")
_CLASS = re.compile(
    r"(?:^|[\s_-])(?:faq[_-]*)?(?:question|frage|accordion[_-]*(?:title|header|button|heading)|faq[_-]*q)(?:$|[\s_-])",
    re.I,
)
_CONTROLS = ("aria-controls", "data-bs-target", "data-target", "href")
_FEWEST = 3


@dataclass
class Found:
    """`pairs` by the element of the question, with the words of both; `answers` are the elements and `tails` those
    whose following text is part of an answer; `holders` are all elements around them."""

    pairs: dict[Node, tuple[str, str]] = field(default_factory=dict)
    answers: set[Node] = field(default_factory=set)
    tails: set[Node] = field(default_factory=set)
    holders: set[Node] = field(default_factory=set)


def find_pairs(body: Node) -> Found:
    """In the page's order; nothing within an answer is a question of its own."""
    found = Found()
    candidates = list(_candidates(body))
    asking = set(candidates)
    named = {str(node.get("id")): node for node in body.iter() if node.get("id")}
    for node in candidates:
        if _within(node, found.answers) or _within(node, found.pairs):
            continue
        answer = _declared_answer(node) or _controlled(node, named) or _following(node, asking)
        question = plain_question(line(node))
        if answer is None or not question:
            continue
        found.pairs[node] = (question, _words(node, answer))
        found.answers.update(answer.nodes)
        found.tails.update(answer.tails)
    for node in [*found.pairs, *found.answers]:
        found.holders.update(node.iterancestors())
    found.holders -= set(found.pairs)
    return found


@dataclass
class _Answer:
    """The elements of an answer, and those whose tail belongs to it."""

    nodes: list[Node]
    tails: list[Node] = field(default_factory=list)


def _candidates(body: Node) -> Iterator[Node]:
    """Elements that may ask: declared, toggles (all of them where half are questions), and lines that are questions."""
    toggles = [node for node in body.iter(*_TOGGLES) if line(node)]
    asked = sum(is_question(line(node)) for node in toggles)
    all_toggles = asked >= _FEWEST and 2 * asked >= len(toggles)
    for node in body.iter():
        kind = name_of(node)
        if _is_declared(node) or (kind in _TOGGLES and all_toggles and line(node)) or _may_ask(node, kind):
            yield node


def _may_ask(node: Node, kind: str) -> bool:
    if (
        kind in _HEADINGS - {"h1"}
        or kind in _TOGGLES
        or kind == "button"
        or _CLASS.search(str(node.get("class") or ""))
    ):
        return is_question(line(node))
    if node.get("aria-controls") or node.get("aria-expanded") or node.get("data-target") or node.get("data-bs-target"):
        return is_question(line(node))
    if kind in ("strong", "b"):
        return is_question(line(node)) and not (node.getparent().text or "").strip() and node.getprevious() is None
    if kind in ("td", "th"):
        return is_question(line(node)) and node.getprevious() is None and _cells(node) == 2
    return kind in ("p", "div", "li") and not len(node) and is_question(line(node)) and bool(_labelled(node))


def _labelled(node: Node) -> bool:
    return bool(re.match(r"\s*(?:Q|Question|Frage)\s?\d{0,3}\s?[:.)]", node.text or ""))


def _cells(node: Node) -> int:
    return len(node.getparent()) if name_of(node.getparent()) == "tr" else 0


def _within(node: Node, nodes: object) -> bool:
    return any(outer in nodes for outer in (node, *node.iterancestors()))  # type: ignore[operator]


def _is_declared(node: Node) -> bool:
    """The name of a Question of schema.org, in microdata or RDFa."""
    if "name" not in (node.get("itemprop"), node.get("property")):
        return False
    return _question_scope(node) is not None


def _question_scope(node: Node) -> Node | None:
    """The element of the Question that a name stands in; None where the nearest thing described is another one."""
    for outer in node.iterancestors():
        kind = str(outer.get("itemtype") or outer.get("typeof") or "")
        if kind:
            return outer if kind.rpartition("/")[2] == "Question" or kind.endswith(":Question") else None
    return None


def _declared_answer(node: Node) -> _Answer | None:
    scope = _question_scope(node) if _is_declared(node) else None
    for inner in scope.iter() if scope is not None else ():
        if {inner.get("itemprop"), inner.get("property")} & {"acceptedAnswer", "suggestedAnswer"}:
            return _Answer([inner])
    return None


def _controlled(node: Node, named: dict[str, Node]) -> _Answer | None:
    """What a button opens, by its id."""
    for inner in (node, *node.iterdescendants()):
        for key in _CONTROLS:
            target = str(inner.get(key) or "") if isinstance(inner.tag, str) else ""
            opened = named.get(target.removeprefix("#")) if key != "href" or target.startswith("#") else None
            if opened is not None and not _within(node, {opened}) and name_of(opened) not in _HEADINGS and line(opened):
                return _Answer([opened])
    return None


def _following(node: Node, asking: set[Node]) -> _Answer | None:
    """What follows the question until the next one, or the next heading as high."""
    level = _level(node)
    start = _outermost(node)
    answer = _Answer([], [start])
    for other in start.itersiblings():
        if _stops(other, level, asking):
            break
        if name_of(other) or (other.tail or "").strip():
            answer.nodes.append(other)
            answer.tails.append(other)
        if name_of(other) == "dd" and (_next_kind(other) == "dt"):
            break
    return answer


def _next_kind(node: Node) -> str:
    following = node.getnext()
    return name_of(following) if following is not None else ""


def _outermost(node: Node) -> Node:
    """The widest element around a question that holds nothing but it: its answer stands beside that one."""
    while (outer := node.getparent()) is not None and name_of(outer) not in (
        "body",
        "html",
        "main",
        "details",
        "dl",
        "tr",
    ):
        others = [*node.itersiblings(), *node.itersiblings(preceding=True)]
        if any(map(_says, others)) or (outer.text or "").strip() or (node.tail or "").strip():
            return node
        node = outer
    return node


def _says(node: Node) -> bool:
    return bool((node.tail or "").strip() or line(node))


def _level(node: Node) -> int:
    for inner in (node, *node.iterancestors(), *node.iterdescendants()):
        if name_of(inner) in _HEADINGS:
            return int(name_of(inner)[1])
    return 7


def _stops(node: Node, level: int, asking: set[Node]) -> bool:
    """True where the next question begins, or a heading as high, or what stands around the page's words."""
    return any(
        inner in asking or name_of(inner) in AROUND or (name_of(inner) in _HEADINGS and int(name_of(inner)[1]) <= level)
        for inner in node.iter()
    )


def _words(question: Node, answer: _Answer) -> str:
    """The answer as Markdown."""
    tails = set(answer.tails)
    start = _outermost(question)
    outer = element(start.tail if start in tails else "")
    for node in answer.nodes:
        copy = deepcopy(node)
        if node not in tails:
            copy.tail = None
        outer.append(copy)
    return plain_answer(markdown(outer)).strip()
