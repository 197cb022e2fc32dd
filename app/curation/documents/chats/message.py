"""One message of a chat, and who speaks in it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

_OPEN, _CLOSE = "\ue000", "\ue001"
_MENTION = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_MARKS = str.maketrans("", "", _OPEN + _CLOSE)


class Reaction(NamedTuple):
    """A sign put under a message: its name or the sign itself, and who put it there, as far as the chat tells."""

    name: str
    by: frozenset[str] = frozenset()


@dataclass(slots=True)
class Message:
    """`text` names people by their ids, as `mention` writes them; `when` is in seconds, None where it is not told.

    `answers` is the id of the message that this one says it replies to.
    """

    speaker: str
    text: str
    when: float | None = None
    id: str = ""
    answers: str = ""
    reactions: tuple[Reaction, ...] = ()
    files: tuple[str, ...] = ()
    bot: bool = False
    edited: bool = False


@dataclass(slots=True)
class People:
    """Display names by id. Someone without one is called by a number, in the order in which they are met."""

    names: dict[str, str] = field(default_factory=dict)
    prefix: str = "User"

    def name(self, person: str) -> str:
        if person not in self.names:
            self.names[person] = f"{self.prefix} {len(self.names) + 1}"
        return self.names[person]


def unmarked(text: str) -> str:
    """A text of the chat before people are marked in it: without the two characters that mark them."""
    return text.translate(_MARKS)


def mention(person: str) -> str:
    """A person in a text, by id."""
    return f"{_OPEN}{unmarked(person)}{_CLOSE}"


def mentioned(text: str) -> list[str]:
    """The ids of the people that a text names, in its order."""
    return _MENTION.findall(text)


def written(text: str, name: Callable[[str], str]) -> str:
    """The text as people read it: @ and a name for each person."""
    return _MENTION.sub(lambda found: "@" + name(found[1]), text)


_ADDRESS = re.compile(rf"^(?:\s*(?:{_OPEN}[^{_OPEN}{_CLOSE}]*{_CLOSE})\s*[:,]?)+\s*")


def unaddressed(text: str) -> str:
    """The text without the people it opens with: whom an answer is addressed to is no part of the answer."""
    return _ADDRESS.sub("", text)
