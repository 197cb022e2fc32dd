"""Examples for release formats, and the rows that a format makes of one."""

from typing import Any

from app.curation.exporter import Example, exporters
from app.curation.sample import Json, Sample
from tests.curation.samples import chat, instruction, preference, text

ASKED = instruction("Add.", "3", context="1 2")
TALK = chat("Hi", "Hello", "Bye", "See you", system="Be kind.")
SHORT = chat("Hi", "Hello", system="Be kind.")
PICTURE = chat("Look", "I see.")
PICTURE.content["messages"][0]["content"] = [
    {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}},
    {"type": "text", "text": "Look"},
]
CHOICE = preference("Which?", "This.", "That.")
SALT = text("Salt.")
UNANSWERED = chat("Hi")

TOOL: Json = {"type": "function", "function": {"name": "weather", "description": "Now.", "parameters": {"type": "object"}}}
CALLED = chat("Rain?", "", "It rains.")
CALLED.content["messages"][1:] = [
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "1", "type": "function", "function": {"name": "weather", "arguments": '{"at":"Bonn"}'}}],
    },
    {"role": "tool", "tool_call_id": "1", "content": "rain"},
    {"role": "assistant", "content": "It rains."},
]
CALLED.metadata["tools"] = [TOOL]
EVERY = (ASKED, TALK, SHORT, PICTURE, CHOICE, SALT, UNANSWERED, CALLED)


def example(sample: Sample, **more: Any) -> Example:
    return Example(sample.form, sample.content, sample.metadata, **more)


def rows(key: str, sample: Sample, **more: Any) -> list[Json]:
    return list(exporters()[key]().rows(example(sample, **more)))


def row(key: str, sample: Sample, **more: Any) -> Json:
    (found,) = rows(key, sample, **more)
    return found


def message(role: str, content: str, **more: Any) -> Json:
    return {"role": role, "content": content, **more}


def turn(name: str, value: str) -> Json:
    return {"from": name, "value": value}
