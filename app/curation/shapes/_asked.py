"""What a preference's answers reply to: a prompt string, instruction and input, or a conversation."""

from typing import NamedTuple

from app.curation.sample import Json
from app.curation.shapes._chat import read_chat, write_chat
from app.curation.shapes._fields import SYSTEM
from app.curation.shapes._shape import Unfit
from app.curation.shapes._spelling import named, spelling_of
from app.curation.shapes._text import checked_text

_STRINGS = ("prompt", "question", "query", "instruction")
_LISTS = ("conversations", "conversation", "messages", "prompt")


class Asked(NamedTuple):
    """Messages, the record's fields they came from, and what must be known to write those fields again."""

    messages: list[Json]
    used: set[str]
    facts: Json


def read_asked(record: Json) -> Asked:
    """No messages where the record has no prompt: the two answers then stand alone."""
    asked = _conversation(record) or _string(record) or Asked([], set(), {"alone": True})
    key = next((key for key in SYSTEM if record.get(key)), None)
    if key is None:
        return asked
    system: Json = {"role": "system", "content": checked_text(record[key], key)}
    return Asked([system, *asked.messages], asked.used | {key}, asked.facts | {"system_field": key})


def write_asked(messages: list[Json], facts: Json) -> Json:
    """The fields of the record; a system message goes back to its own field where it came from one."""
    if not facts:
        return _usual(messages)
    fields: Json = {}
    if facts.get("system_field"):
        fields[facts["system_field"]], messages = messages[0]["content"], messages[1:]
    if "list" in facts:
        fields[facts["list"]] = write_chat(messages, facts, named(facts.get("keys")))
    if "fields" in facts:
        fields |= dict(zip(facts["fields"], _texts(messages[0]), strict=False))
    return fields


def _conversation(record: Json) -> Asked | None:
    key = next((key for key in _LISTS if isinstance(record.get(key), list)), None)
    if key is None:
        return None
    spelling = spelling_of(record[key])
    chat = read_chat(record[key], key, spelling)
    return Asked(chat.messages, {key}, chat.facts | {"list": key, "keys": spelling.name})


def _string(record: Json) -> Asked | None:
    key = next((key for key in _STRINGS if key in record), None)
    if key is None:
        return None
    keys = [key, "input"] if key == "instruction" and record.get("input") else [key]
    texts = [checked_text(record[name], name) for name in keys]
    content = texts[0] if len(texts) == 1 else [{"type": "text", "text": text} for text in texts]
    return Asked([{"role": "user", "content": content}], set(keys), {"fields": keys})


def _texts(message: Json) -> list[str]:
    content = message["content"]
    return [content] if isinstance(content, str) else [part["text"] for part in content]


def _usual(messages: list[Json]) -> Json:
    """TRL's two standard layouts: a prompt string for one plain question, a list of messages for anything more."""
    if not messages:
        return {}
    if [message["role"] for message in messages] == ["user"] and isinstance(messages[0].get("content"), str):
        return {"prompt": messages[0]["content"]}
    if any("role" not in message for message in messages):
        raise Unfit("wrong_form", "A message without a role cannot be written. Correct the sample.")
    return {"prompt": messages}
