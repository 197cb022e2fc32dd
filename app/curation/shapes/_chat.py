"""Chat messages in any spelling: role and content or from and value, house role names or others, text or parts."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from app.curation.sample import Json
from app.curation.shapes._shape import Unfit
from app.curation.shapes._spelling import Spelling
from app.curation.shapes._text import checked_text, wrong_type

ROLES = {
    "human": "user", "User": "user", "USER": "user", "prompter": "user",
    "gpt": "assistant", "chatgpt": "assistant", "bing": "assistant", "bard": "assistant", "model": "assistant",
    "bot": "assistant", "chatbot": "assistant", "Assistant": "assistant", "ASSISTANT": "assistant",
    "function_call": "assistant", "tool_call": "assistant",
    "observation": "tool", "function_response": "tool", "tool_response": "tool", "ipython": "tool",
    "System": "system", "SYSTEM": "system",
}  # fmt: skip
"""Role names that mean one of ours; any other name stays what it is."""

_CALLS = ("tool_calls", "function_call")


class Chat(NamedTuple):
    """Messages as the house writes them, and what must be known to write them as they were."""

    messages: list[Json]
    facts: Json


def read_chat(value: Any, where: str, spelling: Spelling) -> Chat:
    """Unfit where it is no list of messages with a role and a text (or a tool call)."""
    if value is None:
        raise Unfit("null_text", f"“{where}” is null. Write the list of messages.")
    if not isinstance(value, list):
        raise wrong_type(where, "a list of messages", value)
    messages = [_message(item, f"{where}[{index}]", spelling) for index, item in enumerate(value)]
    facts: Json = {}
    names = [item[spelling.role] for item in value]
    if names != _usual_names(messages, spelling):
        facts["roles"] = names
    if _parts_say_value(messages):
        facts["part_text"] = "value"
        messages = [_with_parts(message, "value", "text") for message in messages]
    for index, message in enumerate(messages):
        _check_parts(message, f"{where}[{index}]")
    return Chat(messages, facts)


def write_chat(messages: list[Json], facts: Json, spelling: Spelling) -> list[Json]:
    """The messages in the given spelling; noted role names are used where they still mean the message's role."""
    noted = facts.get("roles") or []
    usual = _usual_names(messages, spelling)
    names = noted if len(noted) == len(messages) else usual
    if facts.get("part_text"):
        messages = [_with_parts(message, "text", facts["part_text"]) for message in messages]
    return [
        _respelled(message, name if ROLES.get(name, name) == message["role"] else fallback, spelling)
        for message, name, fallback in zip(messages, names, usual, strict=True)
    ]


def chat_texts(messages: list[Json]) -> Iterator[str]:
    """Every text of the messages; a tool call counts as text, for a message that only calls a tool is not blank."""
    for message in messages:
        content = message.get("content")
        if isinstance(content, str):
            yield content
        elif content:
            yield from (str(part.get("text") or part.get("type") or "") for part in content)
        if any(message.get(key) for key in _CALLS):
            yield "call"


def _usual_names(messages: list[Json], spelling: Spelling) -> list[str]:
    roles: list[str] = [message["role"] for message in messages]
    return [spelling.roles.get(role, role) for role in roles]


def _message(item: Any, where: str, spelling: Spelling) -> Json:
    if not isinstance(item, dict):
        raise wrong_type(where, "a message", item)
    _require(item, where, spelling.role)
    name = checked_text(item[spelling.role], f"{where}.{spelling.role}")
    message: Json = {"role": ROLES.get(name, name)}
    if _has_text(item, where, spelling):
        message["content"] = item[spelling.text]
    extras = {key: value for key, value in item.items() if key != spelling.role and key != spelling.text}
    if "role" in extras or "content" in extras:
        raise Unfit("ambiguous_fields", f"“{where}” has both from/value and role/content. Leave only one pair.")
    return message | extras if extras else message


def _require(item: Json, where: str, key: str) -> None:
    if key not in item:
        raise Unfit("missing_field", f"“{where}” has no “{key}”. Every message needs one.")


def _has_text(item: Json, where: str, spelling: Spelling) -> bool:
    """Only a message that calls a tool may go without text (absent or null)."""
    text = item.get(spelling.text)
    if type(text) is str or (isinstance(text, list) and all(isinstance(part, dict) for part in text)):
        return True
    if text is None and any(item.get(key) for key in _CALLS):
        return spelling.text in item
    _require(item, where, spelling.text)
    checked_text(text, f"{where}.{spelling.text}")
    return True


def _parts(message: Json) -> list[Json]:
    content = message.get("content")
    return content if isinstance(content, list) else []


def _parts_say_value(messages: list[Json]) -> bool:
    """LLaMA-Factory's own format writes a part's text under `value`."""
    parts = [part for message in messages for part in _parts(message)]
    return any("value" in part for part in parts) and not any("text" in part for part in parts)


def _with_parts(message: Json, old: str, new: str) -> Json:
    if not isinstance(message.get("content"), list):
        return message
    return message | {
        "content": [{new if key == old else key: value for key, value in part.items()} for part in message["content"]]
    }


def _check_parts(message: Json, where: str) -> None:
    for part in _parts(message):
        if part.get("type", "text") == "text" and "text" not in part:
            raise Unfit("missing_field", f"“{where}” has a text part without “text”. Add it.")
        if "text" in part:
            checked_text(part["text"], f"{where}.text")


def _respelled(message: Json, name: str, spelling: Spelling) -> Json:
    extras = {key: value for key, value in message.items() if key not in ("role", "content")}
    text = {spelling.text: message["content"]} if "content" in message else {}
    return {spelling.role: name} | text | extras
