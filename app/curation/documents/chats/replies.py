"""Messages that say which one they reply to, as threads."""

from collections import Counter
from collections.abc import Iterator

from app.curation.documents.chats.message import Message
from app.curation.documents.chats.talk import SILENCE, Piece, Talk


def pieces(messages: list[Message], silence: float = SILENCE) -> Iterator[Piece]:
    """A message and every reply to it or to one of its replies is a thread; the rest is talk between silences."""
    roots = _roots(messages)
    sizes = Counter(roots.values())
    talk = Talk(sizes, silence)
    for message in messages:
        root = roots.get(message.id, "")
        yield from talk.add(message, root if sizes[root] > 1 else "")
    yield from talk.end()


def _roots(messages: list[Message]) -> dict[str, str]:
    """The first message of each one's thread, by id. A reply to what is not here, or comes later, begins its own."""
    roots: dict[str, str] = {}
    for message in messages:
        if message.id:
            roots[message.id] = roots.get(message.answers, message.id) if message.answers else message.id
    return roots
