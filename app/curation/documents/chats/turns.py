"""Turns: what one person says before another one speaks."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from app.curation.documents.chats.message import Message, mentioned


@dataclass(slots=True)
class Turn:
    """One or more messages in a row by the same speaker."""

    messages: list[Message]

    @property
    def speaker(self) -> str:
        return self.messages[0].speaker

    @property
    def bot(self) -> bool:
        return self.messages[0].bot

    @property
    def text(self) -> str:
        return "\n".join(message.text for message in self.messages if message.text.strip())

    @property
    def says_something(self) -> bool:
        return any(character.isalnum() for character in self.text)

    def addresses(self, person: str) -> bool:
        return person in mentioned(self.text)


def turns(messages: Iterable[Message]) -> list[Turn]:
    """The conversation as turns, in its order."""
    return [Turn(list(row)) for _, row in groupby(messages, lambda message: (message.speaker, message.bot))]
