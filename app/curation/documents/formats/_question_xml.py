"""Finds the pairs in XML that is read forward, whether they are wrapped, alternate, or stand in one another."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from app.curation.documents.document import Block, BlockKind, Element, Facts
from app.curation.documents.format import Unreadable
from app.curation.documents.formats._qa_pair import Answer, Pair, put
from app.curation.documents.formats._xml import Node, attributes, forget, name_of, text_of, walk
from app.curation.documents.html_markdown import BLOCKS, holds_html, markdown, markdown_of_html
from app.curation.sample import Json

Kind = Literal["question", "answer", ""]

_QUESTION = re.compile(
    r"(?:\w*question|query|ques|frage|pregunta|domanda|pergunta|vraag|q)(?:text|body|title|content)?"
)
_ANSWER = re.compile(
    r"(?:\w*answer|response|reply|ans|antwort|respuesta|risposta|resposta|antwoord|a)(?:text|body|content)?"
)
_SHORT = ("q", "a")
_TITLES = ("title", "heading", "focus", "topic", "section_name", "category_name")
_INLINE = {"b", "i", "u", "em", "strong", "a", "br", "span", "code", "sub", "sup", "img", "font", "tt"}
_NO_QUESTIONS = ("category", "description")
"""What Moodle puts among the questions of a quiz."""
_WORTH_A_BLOCK = 40
_MOST = 200


def kind_of(name: str) -> Kind:
    """What an element of this name holds. Plural names hold others."""
    plain = name.replace("_", "").replace("-", "").replace(".", "")
    if _QUESTION.fullmatch(plain):
        return "question"
    return "answer" if _ANSWER.fullmatch(plain) else ""


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet. `outer` is True where it holds questions or answers of its own."""

    name: str
    kind: Kind
    attributes: dict[str, str]
    outer: bool = False
    children: int = 0
    questions: int = 0
    title: str = ""
    leaves: list[tuple[str, str]] = field(default_factory=list)


class Pairs:
    """A pair is complete when the element around its question closes, or when the next question comes."""

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._pair: Pair | None = None
        self._facts: Facts | None = None

    def elements(self, path: Path) -> Iterator[Element]:
        for opens, node in walk(path):
            if opens:
                self._start(node)
            else:
                yield from self._end(node)
        if self._facts is None:
            raise Unreadable(
                "no_questions", "This XML file holds no questions with answers. Upload it in another form."
            )

    def _start(self, node: Node) -> None:
        name = name_of(node)
        around = [entry for entry in self._open if entry.kind]
        kind = "" if around and name in _SHORT else kind_of(name)
        if kind:
            for entry in around:
                entry.outer = True
            for entry in self._open:
                entry.children += 1
        if self._open and name not in _INLINE:
            self._open[-1].children += 1
        self._open.append(_Open(name, kind, attributes(node)))

    def _end(self, node: Node) -> Iterator[Element]:
        entry = self._open.pop()
        if any(outer.kind and not outer.outer for outer in self._open) or self._runs_on(entry):
            return
        if entry.kind == "question" and not entry.outer and entry.attributes.get("type") in _NO_QUESTIONS:
            pass
        elif entry.kind == "question" and not entry.outer:
            yield from self._question(entry, _text(node))
        elif entry.kind == "answer" and not entry.outer:
            yield from self._answer(entry, _text(node))
        elif entry.children == 0:
            self._leaf(entry.name, text_of(node).strip())
        else:
            yield from self._closed(entry)
        forget(node)

    def _runs_on(self, entry: _Open) -> bool:
        """True for words within a line, that belong to the element around them."""
        return entry.name in _INLINE and not entry.kind and not entry.children and bool(self._open)

    def _question(self, entry: _Open, text: str) -> Iterator[Element]:
        parent = self._open[-1] if self._open else entry
        if self._pair and self._pair.goes_on(id(parent), entry.name):
            self._pair.question = "\n\n".join(part for part in (self._pair.question, text) if part)
            self._pair.name = entry.name
            return
        yield from self._flush()
        heading = tuple(outer.title for outer in self._open if outer.title)
        self._pair = Pair(text, entry.name, id(parent), heading, dict(entry.attributes))
        parent.questions += 1

    def _answer(self, entry: _Open, text: str) -> Iterator[Element]:
        if self._pair is None:
            self._pair = Pair("", "", id(self._open[-1]) if self._open else 0, (), {})
        self._pair.answers.append(Answer(text, dict(entry.attributes)))
        return iter(())

    def _leaf(self, name: str, text: str) -> None:
        if not text or not self._open:
            return
        parent = self._open[-1]
        if name in _TITLES and not parent.title:
            parent.title = text
        if len(parent.leaves) < _MOST:
            parent.leaves.append((name, text))

    def _closed(self, entry: _Open) -> Iterator[Element]:
        """An element that holds others: the one around a pair, a part of the file, or the whole."""
        pair = self._pair
        if pair is not None and pair.parent == id(entry) and (pair.answers or not self._open):
            if entry.questions <= 1 and self._open:
                pair.wrapper |= entry.attributes
                pair.leaves += entry.leaves
                entry.leaves = []
            yield from self._flush()
        if not self._open:
            yield from self._flush()
        yield from self._rest(entry)

    def _rest(self, entry: _Open) -> Iterator[Element]:
        """What stands beside the pairs: before the first one it describes the file, after it the long ones are text."""
        if self._facts is None and self._open:
            self._open[-1].leaves += entry.leaves[: _MOST - len(self._open[-1].leaves)]
            return
        for _, text in entry.leaves if self._facts is not None else ():
            if len(text) >= _WORTH_A_BLOCK:
                yield Block(BlockKind.PARAGRAPH, text)

    def _flush(self) -> Iterator[Element]:
        if self._pair is None:
            return
        pair, self._pair = self._pair, None
        if self._facts is None:
            self._facts = self._described()
            yield self._facts
        yield from pair.elements(self._facts.metadata)

    def _described(self) -> Facts:
        """The file's own attributes and the elements before its first pair."""
        metadata: Json = {}
        for entry in self._open:
            for key, value in entry.attributes.items():
                metadata.setdefault("document_id" if key == "id" else key, value)
            for name, text in entry.leaves:
                if entry is self._open[0] or name not in _TITLES:
                    put(metadata, name, text)
            entry.leaves = []
        root = self._open[0] if self._open else _Open("", "", {})
        return Facts(
            title=root.title or root.attributes.get("title") or root.attributes.get("name") or "", metadata=metadata
        )


def _text(node: Node) -> str:
    """Markup within becomes Markdown, also where it was escaped; plain text stays as it is, without its margin."""
    if any(name_of(inner) in BLOCKS or name_of(inner) in _INLINE for inner in node.iterdescendants()):
        return markdown(node)
    text = _parts(node)
    return markdown_of_html(text) if holds_html(text) else _without_margin(text)


def _parts(node: Node) -> str:
    """Elements that run on within a sentence, or that stand alone; of Moodle's text and feedback the text."""
    if not len(node) or any((part or "").strip() for part in (node.text, *(child.tail for child in node))):
        return text_of(node)
    texts = [child for child in node if name_of(child) == "text"] or list(node)
    return "\n\n".join(part for child in texts if (part := text_of(child).strip()))


def _without_margin(text: str) -> str:
    first, *rest = text.strip().split("\n")
    filled = [line for line in rest if line.strip()]
    margin = min((len(line) - len(line.lstrip()) for line in filled), default=0)
    return "\n".join([first.rstrip(), *(line[margin:].rstrip() if line.strip() else "" for line in rest)])
