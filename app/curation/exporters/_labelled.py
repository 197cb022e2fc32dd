"""What reviewers agreed on, beside the words that they read."""

from collections.abc import Mapping
from typing import Any

from app.curation.exporter import Example, Unsuitable
from app.curation.sample import Json, Turn, turns


def read(example: Example) -> list[Turn]:
    """The pieces of the sample as reviewers saw them; before an edit, where words of the original were marked.

    Unsuitable where reviewers agreed on nothing.
    """
    if not any(answer not in (None, "", [], {}) for answer in example.answers.values()):
        raise Unsuitable("No question about this sample has an agreed answer. Choose a chat format.")
    marked = any(is_marked(answer) for answer in example.answers.values())
    return list(turns(example.form, example.original if marked and example.original else example.content))


def answers(example: Example, pieces: list[Turn]) -> Json:
    """By question: a label, a list of labels, a number, words; marked words with their turn; per turn a list."""
    return {key: _answer(answer, pieces) for key, answer in example.answers.items() if answer not in (None, "", [], {})}


def is_marked(answer: Any) -> bool:
    """Whether it is a list of marked stretches."""
    return isinstance(answer, list) and bool(answer) and all(isinstance(one, dict) and "start" in one for one in answer)


def _answer(answer: Any, pieces: list[Turn]) -> Any:
    if is_marked(answer):
        return [_stretch(one, pieces) for one in answer]
    if isinstance(answer, Mapping):
        return [{"turn": int(number), "answer": answer[number]} for number in sorted(answer, key=int)]
    return answer


def _stretch(one: Mapping[str, Any], pieces: list[Turn]) -> Json:
    """Characters of a turn, counted from 0, and the words themselves."""
    turn = next((number for number, piece in enumerate(pieces) if list(piece.path) == list(one["path"])), None)
    if turn is None or not 0 <= one["start"] < one["end"] <= len(pieces[turn].text):
        raise Unsuitable("Marked words no longer stand in this sample. Send it back for review.")
    words = pieces[turn].text[one["start"] : one["end"]]
    return {"turn": turn, "start": one["start"], "end": one["end"], "label": one["label"], "text": words}
