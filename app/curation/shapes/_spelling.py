"""How a message is spelled: OpenAI's role and content, or ShareGPT's from and value with role names of its own."""

from typing import Any, NamedTuple

from app.curation.sample import Json


class Spelling(NamedTuple):
    """The keys of a message, and the role names where they are not ours."""

    name: str
    role: str
    text: str
    roles: dict[str, str]


OPENAI = Spelling("openai", "role", "content", {})
SHAREGPT = Spelling("sharegpt", "from", "value", {"user": "human", "assistant": "gpt", "tool": "observation"})


def spelling_of(messages: Any) -> Spelling:
    """ShareGPT's where the first message says `from`, else OpenAI's."""
    return SHAREGPT if "from" in first_message(messages) else OPENAI


def named(name: str | None) -> Spelling:
    """The spelling a note names; OpenAI's where it names none."""
    return SHAREGPT if name == SHAREGPT.name else OPENAI


def first_message(messages: Any) -> Json:
    """The first message of anything that may be a list of messages; empty where there is none."""
    return messages[0] if isinstance(messages, list) and messages and isinstance(messages[0], dict) else {}
