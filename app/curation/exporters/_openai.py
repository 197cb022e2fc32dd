"""What OpenAI publishes about a line of a chat fine-tuning file.

Sources: the API description at github.com/openai/openai-openapi (`FineTuneChatRequestInput` and the messages and tools that
it names: roles, fields, kinds of content, `weight` 0 or 1, 1 to 128 functions, names of 64 letters, digits, _ and -);
developers.openai.com/api/docs/guides/supervised-fine-tuning (at least 10 examples) and .../vision-fine-tuning (no pictures
in answers, at most 10 in an example and 10 MB each); the cookbook's "Data preparation and analysis for chat model
fine-tuning" (text in every message, an answer in every example); the Files API (512 MB).
"""

import re
from collections.abc import Iterator
from typing import Any

from app.curation.exporters import _openai_tools
from app.curation.sample import Json

FIELDS: dict[str, frozenset[str]] = {
    "system": frozenset({"role", "content", "name"}),
    "user": frozenset({"role", "content", "name"}),
    "assistant": frozenset(
        {"role", "content", "name", "refusal", "audio", "tool_calls", "function_call", "weight"}
    ),
    "tool": frozenset({"role", "content", "tool_call_id"}),
    "function": frozenset({"role", "content", "name"}),
}
"""The fields that a message may have, by role."""

PARTS = {
    "system": {"text"},
    "user": {"text", "image_url", "input_audio", "file"},
    "assistant": {"text", "refusal"},
    "tool": {"text"},
    "function": set[str](),
}
MOST_IMAGES = 10
LARGEST_IMAGE = 10 * 1024 * 1024

_ROW = {"messages", "tools", "parallel_tool_calls", "functions"}
_NAME = re.compile(r"[^\s<|\\/>]{1,64}")
_PLAIN = {"system", "user", "assistant"}


def is_plain(row: Json) -> bool:
    """Whether a row is nothing but texts with an answer at the end: then it keeps every rule. Quick."""
    messages = row["messages"]
    return (
        len(row) == 1
        and all(
            len(message) == 2 and message["role"] in _PLAIN and type(message.get("content")) is str and message["content"]
            for message in messages
        )
        and bool(messages)
        and messages[-1]["role"] == "assistant"
    )


def faults(row: Json) -> Iterator[str]:
    """In words, the first broken rule first."""
    if unknown := row.keys() - _ROW:
        yield f"The record has fields that OpenAI does not name: {', '.join(sorted(unknown))}."
    messages = row.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(one, dict) for one in messages):
        yield "“messages” must be a list of at least one message."
        return
    for number, message in enumerate(messages, 1):
        for fault in _message(message):
            yield f"Message {number}: {fault}"
    if not any(message.get("role") == "assistant" for message in messages):
        yield "No message is by the assistant."
    elif messages[-1].get("role") != "assistant":
        yield "The last message is not by the assistant."
    yield from _openai_tools.answered(messages)
    yield from _pictures(messages)
    yield from _openai_tools.tools(row)


def _message(message: Json) -> Iterator[str]:
    role = message.get("role")
    if not isinstance(role, str) or role not in FIELDS:
        yield f"the role {role!r} is not one of {', '.join(FIELDS)}."
        return
    if unknown := message.keys() - FIELDS[role]:
        yield f"{role} messages have no {', '.join(sorted(unknown))}."
    if "name" in message and not (isinstance(message["name"], str) and _NAME.fullmatch(message["name"])):
        yield "the name must have 1 to 64 characters, without blanks and the characters < | \\ / >."
    if "weight" in message and (type(message["weight"]) is not int or message["weight"] not in (0, 1)):
        yield "the weight must be 0 or 1."
    if role == "tool" and not isinstance(message.get("tool_call_id"), str):
        yield "a tool's answer needs the id of the call (tool_call_id)."
    if role == "function" and not isinstance(message.get("name"), str):
        yield "a function's answer needs its name."
    yield from _content(role, message)
    yield from _openai_tools.calls(message)


def _content(role: str, message: Json) -> Iterator[str]:
    content = message.get("content")
    if content is None or content == "":
        may_be_silent = any(message.get(key) for key in ("tool_calls", "function_call", "refusal", "audio"))
        if not (role == "assistant" and may_be_silent) and not (role in ("tool", "function") and content == ""):
            yield "there is no text."
    elif isinstance(content, list):
        for part in content or [None]:
            yield from _part(role, part)
    elif not isinstance(content, str):
        yield "the content must be text or a list of parts."


def _part(role: str, part: Any) -> Iterator[str]:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in PARTS[role]:
        yield f"{role} messages have no part of the type {kind!r}."
    elif kind in ("text", "refusal") and not isinstance(part.get(kind), str):
        yield f"a {kind} part has no “{kind}”."
    elif kind == "image_url" and not isinstance((part.get("image_url") or {}).get("url"), str):
        yield "a picture has no address."


def _pictures(messages: list[Json]) -> Iterator[str]:
    parts = [part for one in messages if isinstance(one.get("content"), list) for part in one["content"]]
    pictures = [part for part in parts if isinstance(part, dict) and part.get("type") == "image_url"]
    if len(pictures) > MOST_IMAGES:
        yield f"There are {len(pictures)} pictures; {MOST_IMAGES} are allowed in an example."
    for picture in pictures:
        address = (picture.get("image_url") or {}).get("url")
        if isinstance(address, str) and address.startswith("data:") and len(address) * 3 / 4 > LARGEST_IMAGE:
            yield "A picture has more than 10 MB."
