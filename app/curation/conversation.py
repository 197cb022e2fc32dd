"""Any sample that asks and answers as one conversation, and a short conversation as its parts."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from app.curation.exporter import Unsuitable
from app.curation.sample import Form, Json

ASKING = ("user", "tool")
"""Roles that an answer can follow."""
THOUGHTS = ("reasoning_content", "reasoning", "thinking")
"""Fields of a message that hold what a model thought before it answered."""


class Round(NamedTuple):
    """One question and its answer. `context` is Alpaca's input; empty where the sample has none."""

    system: str
    prompt: str
    context: str
    response: str

    @property
    def question(self) -> str:
        """Prompt and context as one text."""
        return "\n\n".join(text for text in (self.prompt, self.context) if text)


def conversation(form: Form, content: Mapping[str, Any]) -> list[Json]:
    """The messages, last answer included; of a preference the chosen one. Unsuitable for plain text."""
    if form is Form.TEXT:
        raise Unsuitable("A plain text has no question and answer. Choose the text format.")
    if form is Form.INSTRUCTION:
        return _messages(content)
    messages = [dict(message) for message in content["messages"]]
    return [*messages, {"role": "assistant", "content": content["chosen"]}] if form is Form.PREFERENCE else messages


def one_round(form: Form, content: Mapping[str, Any]) -> Round:
    """The sample as one question and answer. Unsuitable where there are more, or none."""
    if form is Form.INSTRUCTION:
        return Round(content.get("system") or "", content["prompt"], content.get("context") or "", content["response"])
    messages = conversation(form, content)
    system, rest = _split_system(messages)
    if [message["role"] for message in rest] != ["user", "assistant"]:
        raise Unsuitable("Only one question with one answer fits this format. Choose a chat format.")
    return Round(system, spoken(rest[0]), "", spoken(rest[1]))


def exchange(form: Form, content: Mapping[str, Any]) -> tuple[list[Json], Json]:
    """What comes before the last answer, and that answer. Unsuitable where the conversation ends otherwise."""
    *before, answer = conversation(form, content) or [{"role": ""}]
    if answer["role"] != "assistant" or not before:
        raise Unsuitable("The conversation does not end with an answer. Choose a label format, or correct the sample.")
    if before[-1]["role"] not in ASKING:
        raise Unsuitable("The last answer replies to no question. Choose the messages format, or correct the sample.")
    return before, answer


def spoken(message: Mapping[str, Any]) -> str:
    """A message as plain text. Unsuitable where it calls a tool or holds more than text."""
    content = message.get("content")
    if calls(message):
        raise Unsuitable("A tool call does not fit this format. Choose the messages format.")
    if any(message.get(key) for key in THOUGHTS):
        raise Unsuitable("The thoughts before an answer do not fit this format. Choose the Axolotl format.")
    if isinstance(content, list):
        if any(part.get("type", "text") != "text" for part in content):
            raise Unsuitable("Pictures and other media do not fit this format. Choose the messages format.")
        return "\n".join(part["text"] for part in content)
    return content or ""


def calls(message: Mapping[str, Any]) -> bool:
    """Whether a message calls a tool."""
    return bool(message.get("tool_calls") or message.get("function_call"))


def tools_of(metadata: Mapping[str, Any]) -> list[Json]:
    """The tools that the record lists, written out where it holds them as JSON; empty where it lists none."""
    tools = metadata.get("tools")
    if isinstance(tools, str):
        try:
            tools = orjson.loads(tools)
        except orjson.JSONDecodeError:
            return []
    return tools if isinstance(tools, list) else []


def _messages(content: Mapping[str, Any]) -> list[Json]:
    """An instruction as a conversation; without a `Round` in between, which would double the time."""
    prompt, context = content["prompt"], content.get("context")
    question = f"{prompt}\n\n{context}" if prompt and context else prompt or context or ""
    said = [{"role": "user", "content": question}, {"role": "assistant", "content": content["response"]}]
    system = content.get("system")
    return [{"role": "system", "content": system}, *said] if system else said


def _split_system(messages: list[Json]) -> tuple[str, list[Json]]:
    if messages and messages[0]["role"] == "system":
        return spoken(messages[0]), messages[1:]
    return "", messages
