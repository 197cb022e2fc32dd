"""Rankings among the answers to a rubric, and the texts that were ranked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.curation.exporter import Example, Unsuitable
from app.curation.sample import Form

FIELDS = ("responses", "completions", "candidates", "answers", "outputs", "generations")
"""Fields of a record that list several answers to one question."""
_TEXTS = ("text", "content", "response", "completion", "output", "answer")
_NAMES = ("name", "model", "id", "label")
_LAST = re.compile(r"(?:^|[\s_-])(?:(\d{1,2})|([A-Za-z]))$")


def rankings(answers: Mapping[str, Any]) -> Iterator[list[list[str]]]:
    """The answers that are rankings: places, each a list of what stands there."""
    for answer in answers.values():
        if isinstance(answer, list) and answer and all(isinstance(place, list) and place for place in answer):
            yield answer


def texts(options: Sequence[str], example: Example) -> dict[str, str]:
    """What each option stands for: a field of that name, or the entry of a list by name, number or letter. Unsuitable."""
    found = {}
    for option in options:
        text = _of(option, example)
        if text is None:
            raise Unsuitable(
                f"The record holds no text for “{option}”, which was ranked. Name the options as the record names its "
                "answers, or choose the labels format."
            )
        found[option] = text
    return found


def _of(option: str, example: Example) -> str | None:
    if example.form is Form.PREFERENCE and option.casefold() in ("chosen", "rejected"):
        return str(example.content[option.casefold()])
    for key, value in example.metadata.items():
        if key.casefold() == option.casefold() and isinstance(value, str):
            return value
    for field in FIELDS:
        listed = example.metadata.get(field)
        text = _named(option, listed) if isinstance(listed, dict | list) else None
        if text is not None:
            return text
    return None


def _named(option: str, listed: dict[str, Any] | list[Any]) -> str | None:
    if isinstance(listed, dict):
        return _text(listed.get(option))
    for one in listed:
        if isinstance(one, dict) and any(str(one.get(name, "")).casefold() == option.casefold() for name in _NAMES):
            return _text(one)
    place = _place(option)
    return _text(listed[place]) if 0 <= place < len(listed) else None


def _place(option: str) -> int:
    """“Answer 2” and “B” are the second, from 0; -1 for other names."""
    if not (match := _LAST.search(option)):
        return -1
    number, letter = match.groups()
    return int(number) - 1 if number else ord(letter.upper()) - ord("A")


def _text(value: Any) -> str | None:
    if isinstance(value, dict):
        value = next((value[name] for name in _TEXTS if isinstance(value.get(name), str)), None)
    return value if isinstance(value, str) and value.strip() else None
