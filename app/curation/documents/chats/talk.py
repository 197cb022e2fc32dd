"""Messages in time order as the pieces they belong to: threads, and talk between silences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.curation.documents.chats.message import Message

SILENCE = 3600.0
"""Seconds after which talk in a channel is taken to be about something else."""
LONG_SILENCE = 6 * SILENCE
"""The same among people who look at their telephones now and then."""
_MESSAGES = 60
_CHARACTERS = 12_000
"""A channel that is never silent is cut into pieces of this size."""


@dataclass(slots=True)
class Piece:
    """Messages that belong together; `thread` is the key that ties them, empty where only time does."""

    messages: list[Message]
    thread: str = ""


@dataclass(slots=True)
class Talk:
    """`sizes` is how many messages each thread has: a thread is given as soon as its last one is added."""

    sizes: Mapping[str, int] = field(default_factory=dict)
    silence: float = SILENCE
    _open: dict[str, list[Message]] = field(default_factory=dict)
    _done: list[Piece] = field(default_factory=list)
    _loose: list[Message] = field(default_factory=list)
    _length: int = 0

    def add(self, message: Message, thread: str = "") -> Iterator[Piece]:
        """Whatever this message completes. A thread that began within a piece of talk follows it."""
        if thread:
            self._add_to_thread(message, thread)
        else:
            if self._loose and self._ends_before(message):
                yield from self.end()
            self._loose.append(message)
            self._length += len(message.text)
        if not self._loose:
            yield from self._complete()

    def end(self) -> Iterator[Piece]:
        """What is left over."""
        if self._loose:
            piece, self._loose, self._length = Piece(self._loose), [], 0
            yield piece
        yield from self._complete()

    def _add_to_thread(self, message: Message, thread: str) -> None:
        messages = self._open.setdefault(thread, [])
        messages.append(message)
        if len(messages) >= self.sizes.get(thread, 1):
            self._done.append(Piece(self._open.pop(thread), thread))

    def _complete(self) -> Iterator[Piece]:
        done, self._done = self._done, []
        yield from done

    def _ends_before(self, message: Message) -> bool:
        if len(self._loose) >= _MESSAGES or self._length + len(message.text) > _CHARACTERS:
            return True
        before = self._loose[-1].when
        return before is not None and message.when is not None and message.when - before > self.silence
