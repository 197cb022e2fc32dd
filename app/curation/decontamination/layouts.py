"""Records of benchmarks as they are published, under any of the field names in use, as items of one kind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Fields: TypeAlias = dict[str, Any]

_IDS = ("task_id", "question_id", "id", "_id", "qid", "uid", "key", "pmid", "idx")
_QUESTIONS = (
    "prompt",
    "question",
    "instruction",
    "query",
    "problem",
    "turns",
    "messages",
    "conversations",
    "goal",
    "statement",
    "premise",
    "sentence",
    "text",
)
_PASSAGES = ("context", "contexts", "passage", "article", "story", "background")
_OPTIONS = ("choices", "options", "endings", "candidates", "answer_choices")
_ANSWERS = (
    "canonical_solution",
    "long_answer",
    "best_answer",
    "answer",
    "answers",
    "output",
    "response",
    "solution",
    "completion",
    "reference",
    "target",
    "final_decision",
)
_INPUTS = ("input", "hypothesis", "instances")
_WORDS = ("text", "content", "value", "stem", "question", "input", "body")


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a benchmark. `passage` is what it asks about, `answer` its answer with all options; both may be empty."""

    id: str
    question: str
    passage: str = ""
    answer: str = ""

    @property
    def text(self) -> str:
        """Everything, in the order in which it is read."""
        return "\n\n".join(part for part in (self.passage, self.question, self.answer) if part)


def items_of(record: Mapping[str, Any], fallback: str) -> Iterator[Item]:
    """The items in a record; nested ones (SQuAD's paragraphs) one by one. `fallback` is the id where it has none.

    Where no field is known, all its texts together are the question. Nothing comes from a record without text.
    """
    fields = {_plain(name): value for name, value in record.items()}
    if nested := _nested(fields):
        for number, inner in enumerate(nested):
            yield from items_of(inner, f"{fallback}.{number}")
        return
    question = _joined(_first(fields, _QUESTIONS), _first(fields, _INPUTS))
    question = question or "\n".join(filter(None, (value for value in fields.values() if isinstance(value, str))))
    if question.strip():
        answer = _joined(_first(fields, _OPTIONS), _lettered(fields), _first(fields, _ANSWERS))
        yield Item(_id(fields, fallback), question, _joined(_first(fields, _PASSAGES)), answer)


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_")


def _nested(fields: Fields) -> list[Fields]:
    """The parts of a record that holds several items; each inherits the passage above it."""
    for name in ("data", "paragraphs", "qas", "questions"):
        parts = fields.get(name)
        if isinstance(parts, list) and parts and all(isinstance(part, dict) for part in parts):
            passage = _first(fields, _PASSAGES)
            return [{"context": passage} | part for part in parts] if passage else parts
    return []


def _id(fields: Fields, fallback: str) -> str:
    found = (fields[name] for name in _IDS if isinstance(fields.get(name), str | int) and fields[name] != "")
    return str(next(found, fallback))


def _first(fields: Fields, names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := _words(fields.get(name)))), "")


def _lettered(fields: Fields) -> str:
    """Options in columns of their own: A, B, C, D."""
    return _joined(*(_words(fields.get(letter)) for letter in "abcdefgh")) if "b" in fields else ""


def _words(value: Any) -> str:
    """The text in a value; of a list that of all its parts, of an object that of the field which holds it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return _joined(*map(_words, value))
    if isinstance(value, dict):
        return next((text for name in _WORDS if (text := _words(value.get(name)))), "")
    return ""


def _joined(*texts: str) -> str:
    return "\n".join(text for text in texts if text.strip())
