"""What may be asked of a model: for each kind, the form of a reply and what becomes of one of its items."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from app.curation.sample import Form, Json
from app.messages import say

Item = Mapping[str, Any]
_TEXT = {"type": "string"}
_QUOTE = {"type": "string", "description": "Words copied exactly from the passage that support this item"}


class Unusable(Exception):
    """An item that cannot become a sample: a stable code and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Kind:
    """One kind of request. `item` is the JSON schema of one item, `shape` shows a person and the model the same.

    `make` turns an item into a sample's form and content, given the passage; Unusable. `tokens_each` is how long an
    item usually is. Without a passage it works from examples alone.
    """

    key: str
    title: str
    item: Mapping[str, Any]
    shape: str
    make: Callable[[Item, str], tuple[Form, Json]]
    tokens_each: int
    needs_passage: bool = True

    def schema(self) -> dict[str, Any]:
        """JSON schema of a whole reply."""
        items = {"type": "array", "items": dict(self.item)}
        return _object({"items": items})


def words(item: Item, name: str) -> str:
    """A field that must be a text with something in it. Unusable."""
    value = item.get(name)
    if not isinstance(value, str):
        raise Unusable("wrong_form", f"An item has no text under “{name}”.")
    if not value.strip() or not any(c.isalnum() for c in value):
        raise Unusable("empty_text", f"The text under “{name}” is empty.")
    return value.strip()


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """As strict servers want it: every field required, no other allowed."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _pair(item: Item, passage: str) -> tuple[Form, Json]:
    question, answer = words(item, "question"), words(item, "answer")
    _differ(question, answer)
    return Form.INSTRUCTION, {"prompt": question, "response": answer}


def _conversation(item: Item, passage: str) -> tuple[Form, Json]:
    turns = item.get("turns")
    if not isinstance(turns, list) or len(turns) < 2 or not all(isinstance(turn, dict) for turn in turns):
        raise Unusable("wrong_form", "A conversation needs at least two questions with their answers.")
    messages = []
    for turn in turns:
        question, answer = words(turn, "question"), words(turn, "answer")
        _differ(question, answer)
        messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return Form.CHAT, {"messages": messages}


def _summary(item: Item, passage: str) -> tuple[Form, Json]:
    instruction, summary = words(item, "instruction"), words(item, "summary")
    _differ(instruction, summary)
    if len(summary) >= len(passage):
        raise Unusable("not_shorter", "The summary is as long as the passage itself.")
    return Form.INSTRUCTION, {"prompt": instruction, "context": passage, "response": summary}


def _extraction(item: Item, passage: str) -> tuple[Form, Json]:
    instruction, facts = words(item, "instruction"), item.get("facts")
    if not isinstance(facts, list) or not all(isinstance(fact, dict) for fact in facts):
        raise Unusable("wrong_form", "An item has no list under “facts”.")
    if not facts:
        raise Unusable("empty_text", "Nothing was extracted.")
    found = [{"name": words(fact, "name"), "value": words(fact, "value")} for fact in facts]
    response = orjson.dumps(found, option=orjson.OPT_INDENT_2).decode()
    return Form.INSTRUCTION, {"prompt": instruction, "context": passage, "response": response}


def _differ(question: str, answer: str) -> None:
    if question.casefold() == answer.casefold():
        raise Unusable("same_text", "Question and answer are the same words.")


_TURNS = {"type": "array", "items": _object({"question": _TEXT, "answer": _TEXT})}
_FACTS = {"type": "array", "items": _object({"name": _TEXT, "value": _TEXT})}

KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "questions",
            say("Questions and answers"),
            _object({"question": _TEXT, "answer": _TEXT, "quote": _QUOTE}),
            '{"items": [{"question": "...", "answer": "...", "quote": "..."}]}',
            _pair,
            120,
        ),
        Kind(
            "conversations",
            say("Conversations of several turns"),
            _object({"turns": _TURNS, "quote": _QUOTE}),
            '{"items": [{"turns": [{"question": "...", "answer": "..."}, '
            '{"question": "...", "answer": "..."}], "quote": "..."}]}',
            _conversation,
            320,
        ),
        Kind(
            "summaries",
            say("Summaries"),
            _object({"instruction": _TEXT, "summary": _TEXT, "quote": _QUOTE}),
            '{"items": [{"instruction": "...", "summary": "...", "quote": "..."}]}',
            _summary,
            180,
        ),
        Kind(
            "extractions",
            say("Facts in a fixed form"),
            _object({"instruction": _TEXT, "facts": _FACTS, "quote": _QUOTE}),
            '{"items": [{"instruction": "...", "facts": [{"name": "...", "value": "..."}], "quote": "..."}]}',
            _extraction,
            220,
        ),
        Kind(
            "from_examples",
            say("More like a handful of examples"),
            _object({"question": _TEXT, "answer": _TEXT}),
            '{"items": [{"question": "...", "answer": "..."}]}',
            _pair,
            160,
            needs_passage=False,
        ),
    )
}
