"""One candidate training example, whatever its form.

A sample's content is plain JSON in one of four forms, kept exactly as it was read:

- ``chat``         ``{"messages": [{"role": ..., "content": ...}, ...]}``
- ``instruction``  ``{"prompt": ..., "response": ...}``, optionally ``"context"`` (Alpaca's input) and ``"system"``
- ``text``         ``{"text": ...}``
- ``preference``   ``{"messages": [...], "chosen": ..., "rejected": ...}``

Everything else that the record held is metadata and travels along untouched.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import orjson

if TYPE_CHECKING:
    from app.curation.documents.document import Passage

Json: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[str | int, ...]


class Form(StrEnum):
    """What a sample's content looks like."""

    CHAT = "chat"
    INSTRUCTION = "instruction"
    TEXT = "text"
    PREFERENCE = "preference"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record stood: file (inside an archive: ``archive.zip/member``), record from 0, line from 1, byte offset.

    ``line`` and ``offset`` are None where the format has none (Parquet). The offset counts decompressed bytes.
    """

    file: str
    position: int
    line: int | None = None
    offset: int | None = None


@dataclass(slots=True)
class Sample:
    """A record that was understood: its form, its content, and where it came from; of a document, the passage too."""

    form: Form
    content: Json
    source: Source
    metadata: Json = field(default_factory=dict)
    passage: "Passage | None" = None

    @property
    def id(self) -> str:
        """``FILE:POSITION``, as files written by `winnow curate` name it."""
        return f"{self.source.file}:{self.source.position}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that could not become a sample: a stable code, a sentence for a person, and the first 200 characters."""

    source: Source
    code: str
    message: str
    excerpt: str = ""


class Turn(NamedTuple):
    """One readable, editable piece of a sample; `path` says where in the content it stands."""

    path: Path
    role: str
    text: str


def turns(form: Form, content: Mapping[str, Any]) -> Iterator[Turn]:
    """The pieces of a sample in reading order: what a person sees, edits and compares."""
    if form is Form.TEXT:
        yield Turn(("text",), "text", content["text"])
        return
    if form is Form.INSTRUCTION:
        for key, role in (("system", "system"), ("prompt", "user"), ("context", "context"), ("response", "assistant")):
            if key in content:
                yield Turn((key,), role, content[key])
        return
    for index, message in enumerate(content["messages"]):
        yield Turn(("messages", index, "content"), message["role"], _message_text(message))
    if form is Form.PREFERENCE:
        yield Turn(("chosen",), "chosen", content["chosen"])
        yield Turn(("rejected",), "rejected", content["rejected"])


def _message_text(message: Mapping[str, Any]) -> str:
    """A message's words: its string, or the text parts of a list; empty where it only calls a tool."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(part.get("text", "") for part in content if isinstance(part, dict))
    return content or ""


def prompt_text(form: Form, content: Mapping[str, Any]) -> str:
    """What was asked: everything but the last answer and the system prompt. Empty for plain text."""
    if form is Form.TEXT:
        return ""
    if form is Form.INSTRUCTION:
        asked = [content["prompt"], content.get("context", "")]
    else:
        messages = content["messages"]
        if form is Form.CHAT and messages and messages[-1].get("role") == "assistant":
            messages = messages[:-1]
        asked = [_message_text(message) for message in messages if message["role"] != "system"]
    return "\n\n".join(text for text in asked if text)


def answer_text(form: Form, content: Mapping[str, Any]) -> str:
    """What a model would learn to say: the last assistant turn, the response, the chosen answer, or the text itself."""
    if form is Form.TEXT:
        return str(content["text"])
    if form is Form.INSTRUCTION:
        return str(content["response"])
    if form is Form.PREFERENCE:
        return str(content["chosen"])
    last = content["messages"][-1] if content["messages"] else {}
    return _message_text(last) if last.get("role") == "assistant" else ""


def replace(content: Json, path: Path, text: str) -> Json:
    """A copy of the content with the piece at `path` set to `text`; the original is not touched. KeyError, IndexError."""
    copy: Json = orjson.loads(orjson.dumps(content))
    place: Any = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]]
    place[path[-1]] = text
    return copy


def content_hash(form: Form, content: Json) -> bytes:
    """16 bytes that two samples share only when form and content are equal to the letter (metadata is not looked at)."""
    return blake2b(form.encode() + orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()
