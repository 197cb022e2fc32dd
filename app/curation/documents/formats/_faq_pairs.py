"""Finds questions and the elements that answer them, however a page lays them out."""

from collections.abc import Container
from copy import deepcopy
from dataclasses import dataclass, field

from app.curation.documents.formats._faq_asking import HEADINGS, asking_elements, is_declared, question_scope
from app.curation.documents.html_markdown import Node, element, line, markdown, name_of
from app.curation.documents.questions import plain_answer, plain_question

AROUND = {"nav", "footer", "aside", "head"}
"""What stands around a page's own words."""
_IDS = ("aria-controls", "data-target", "data-bs-target")


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
    candidates = asking_elements(body)
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


def _within(node: Node, nodes: Container[Node]) -> bool:
    return any(outer in nodes for outer in (node, *node.iterancestors()))


def _declared_answer(node: Node) -> _Answer | None:
    scope = question_scope(node) if is_declared(node) else None
    for inner in scope.iter() if scope is not None else ():
        if {inner.get("itemprop"), inner.get("property")} & {"acceptedAnswer", "suggestedAnswer"}:
            return _Answer([inner])
    return None


def _controlled(node: Node, named: dict[str, Node]) -> _Answer | None:
    """What a button opens, by its id."""
    for inner in (node, *node.iterdescendants()):
        for key, value in inner.attrib.items() if isinstance(inner.tag, str) else ():
            opened = named.get(value.removeprefix("#")) if key in _IDS or value.startswith("#") else None
            if opened is not None and not _within(node, {opened}) and name_of(opened) not in HEADINGS and line(opened):
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
        if name_of(inner) in HEADINGS:
            return int(name_of(inner)[1])
    return 7


def _stops(node: Node, level: int, asking: set[Node]) -> bool:
    """True where the next question begins, or a heading as high, or what stands around the page's words."""
    return any(
        inner in asking or name_of(inner) in AROUND or (name_of(inner) in HEADINGS and int(name_of(inner)[1]) <= level)
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
