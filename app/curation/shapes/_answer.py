"""The chosen or rejected answer of a preference: its text, and the message or list around it."""

from typing import Any, NamedTuple

from app.curation.sample import Json
from app.curation.shapes._shape import Unfit
from app.curation.shapes._text import checked_text, wrong_type

LISTED = "_list"
_TEXT = "_text"
"""Keys of a frame that are no keys of the message: it stood in a list; its text key is not `content`."""


class Answer(NamedTuple):
    """`frame` is the message without its text; None where the answer was a plain string."""

    text: str
    frame: Json | None


def shared_length(chosen: Any, rejected: Any) -> int:
    """How many messages two whole conversations begin with in common, their last ones apart; 0 for other values."""
    if not (isinstance(chosen, list) and isinstance(rejected, list)):
        return 0
    longest = min(len(chosen), len(rejected)) - 1
    return next((at for at in range(max(longest, 0)) if chosen[at] != rejected[at]), max(longest, 0))


def read_answer(value: Any, where: str, shared: int) -> Answer:
    """Unfit where no single text can be taken out: two conversations may differ in their last message only."""
    if isinstance(value, list):
        return _in_list(value[shared:], where)
    return _in_message(value, where) if isinstance(value, dict) else Answer(checked_text(value, where), None)


def write_answer(answer: Answer, before: list[Json]) -> Any:
    """The answer as it was laid out; `before` are the messages that its conversation begins with."""
    if answer.frame is None:
        return answer.text
    message = {key: value for key, value in answer.frame.items() if key not in (LISTED, _TEXT)}
    message[answer.frame.get(_TEXT, "content")] = answer.text
    return [*before, message] if answer.frame.get(LISTED) else message


def _in_list(messages: list[Any], where: str) -> Answer:
    if len(messages) != 1:
        message = f"“{where}” must add one message to the shared conversation, but it adds {len(messages)}."
        raise Unfit("diverging_turns", message)
    answer = _in_message(messages[0], where)
    return Answer(answer.text, (answer.frame or {}) | {LISTED: True})


def _in_message(message: Any, where: str) -> Answer:
    if not isinstance(message, dict):
        raise wrong_type(where, "a message", message)
    if LISTED in message or _TEXT in message:
        raise Unfit("ambiguous_fields", f"“{where}” has a field named {LISTED} or {_TEXT}. Rename it.")
    key = "value" if "value" in message and "content" not in message else "content"
    if key not in message:
        raise Unfit("missing_field", f"“{where}” has no “content”. Add the answer's text.")
    frame = {name: value for name, value in message.items() if name != key}
    return Answer(checked_text(message[key], f"{where}.{key}"), frame | ({_TEXT: key} if key != "content" else {}))
