"""Any sample that asks and answers as one conversation, and a short conversation as its parts."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.curation.exporter import Unsuitable
from app.curation.sample import Form, Json


class Round(NamedTuple):
    """One question and its answer. `context` is Alpaca's input; empty where the sample has none."""

    system: str
    prompt: str
    context: str
    response: str

    @property
    def question(self) -> str:
        """Prompt and context as one text."""
        return f"{self.prompt}\n\n{self.context}" if self.context else self.prompt


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


def spoken(message: Mapping[str, Any]) -> str:
    """A message as plain text. Unsuitable where it calls a tool or holds more than text."""
    content = message.get("content")
    if message.get("tool_calls") or message.get("function_call"):
        raise Unsuitable("A tool call does not fit this format. Choose the messages format.")
    if isinstance(content, list):
        if any(part.get("type", "text") != "text" for part in content):
            raise Unsuitable("Pictures and other media do not fit this format. Choose the messages format.")
        return "\n".join(part["text"] for part in content)
    return content or ""


def _messages(content: Mapping[str, Any]) -> list[Json]:
    """An instruction as a conversation; without a `Round` in between, which would double the time."""
    context = content.get("context")
    question = f"{content['prompt']}\n\n{context}" if context else content["prompt"]
    said = [{"role": "user", "content": question}, {"role": "assistant", "content": content["response"]}]
    system = content.get("system")
    return [{"role": "system", "content": system}, *said] if system else said


def _split_system(messages: list[Json]) -> tuple[str, list[Json]]:
    if messages and messages[0]["role"] == "system":
        return spoken(messages[0]), messages[1:]
    return "", messages
