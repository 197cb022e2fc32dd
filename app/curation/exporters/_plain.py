"""Messages that are nothing but role and text: every reader takes them, and every record has the same columns."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.curation.conversation import spoken
from app.curation.exporter import Unsuitable
from app.curation.sample import Json

ROLES = ("system", "user", "assistant", "tool")


def plain(messages: Sequence[Json], instead: str = "Choose the Parquet format.") -> list[Json]:
    """Unsuitable for calls, media, thoughts and unknown roles; `instead` says where those fit."""
    try:
        found = [{"role": message["role"], "content": spoken(message)} for message in messages]
    except Unsuitable as reason:
        raise Unsuitable(f"{str(reason).partition('.')[0]}. {instead}") from reason
    for message in found:
        if message["role"] not in ROLES:
            raise Unsuitable(f"The role {message['role']!r} does not fit this format. {instead}")
        if not message["content"].strip():
            raise Unsuitable("A message has no text. Correct the sample.")
    if any(message["role"] == "system" for message in found[1:]):
        raise Unsuitable(f"A system message in the middle does not fit this format. {instead}")
    return found


def faults(name: str, value: Any) -> Iterator[str]:
    """What keeps a chat template from reading the messages."""
    if not isinstance(value, list) or not value:
        yield f"“{name}” must be a list of at least one message."
        return
    for number, message in enumerate(value, 1):
        if not isinstance(message, dict) or message.keys() != {"role", "content"}:
            yield f"“{name}”, message {number}: it must have a role and a content, and nothing else."
        elif message["role"] not in ROLES:
            yield f"“{name}”, message {number}: the role {message['role']!r} is not one of {', '.join(ROLES)}."
        elif not isinstance(message["content"], str) or not message["content"].strip():
            yield f"“{name}”, message {number}: there is no text."
        elif message["role"] == "system" and number > 1:
            yield f"“{name}”, message {number}: a system message may only stand first."


def role_at(value: Any, place: int) -> str:
    """The role of a message; empty where there is none."""
    message = value[place] if isinstance(value, list) and value else None
    return str(message.get("role", "")) if isinstance(message, dict) else ""


def text_faults(row: Json, *names: str) -> Iterator[str]:
    """Fields that must be there and be text with something in it."""
    for name in names:
        if not isinstance(row.get(name), str):
            yield f"“{name}” must be text."
        elif not row[name].strip():
            yield f"“{name}” is empty."


def key_faults(row: Json, *names: str) -> Iterator[str]:
    """Every record has exactly these fields: a column that comes and goes keeps `datasets` from loading large files."""
    if missing := set(names) - row.keys():
        yield f"The record lacks {', '.join(sorted(missing))}."
    if unknown := row.keys() - set(names):
        yield f"The record has fields that the format does not know: {', '.join(sorted(unknown))}."
