"""A piece of talk as elements: the block that people read, and the question with its answer."""

from collections.abc import Iterator
from datetime import UTC, datetime

from app.curation.documents.chats.answering import Answer, answer_to_the_first, asks
from app.curation.documents.chats.message import Message, People, unaddressed, written
from app.curation.documents.chats.talk import Piece
from app.curation.documents.chats.turns import Turn, turns
from app.curation.documents.document import Block, BlockKind, Element, Exchange, Fault
from app.curation.sample import Form, Json

_UNANSWERED = "Nobody but the asker says anything in this thread. Its text is kept as a passage."
_DATED = 1e8
"""Chats are younger than 1973: smaller times only tell what came after what."""
_BEHEADED = "The message that began this thread is missing. The replies are kept as a passage."


def thread(
    piece: Piece, people: People, heading: tuple[str, ...], metadata: Json, whole: bool = True
) -> Iterator[Element]:
    """The thread as an exchange; where it holds no answer or (not `whole`) no beginning, a fault and its block."""
    told = exchange(piece, people, heading, metadata) if whole else None
    if told is not None:
        yield told
        return
    code, message = ("unanswered", _UNANSWERED) if whole else ("missing_question", _BEHEADED)
    yield Fault(code, message, excerpt=written(piece.messages[0].text, people.name)[:200])
    yield block(piece, people)


def talk(piece: Piece, people: People, heading: tuple[str, ...] = (), metadata: Json | None = None) -> Element:
    """For chats that no one threads: an exchange where replies tie the piece, or where it opens with a question."""
    told = exchange(piece, people, heading, metadata or {}) if piece.thread or opens_with_a_question(piece) else None
    return told or block(piece, people)


def exchange(piece: Piece, people: People, heading: tuple[str, ...], metadata: Json) -> Exchange | None:
    """The first turn and the answer its asker took. None where there is no such answer, or nothing is asked."""
    conversation = turns(piece.messages)
    answer = answer_to_the_first(conversation)
    if answer is None or not conversation[0].says_something:
        return None
    names = People()
    for turn in conversation:
        names.name(turn.speaker)
    messages = [
        {"role": "user", "content": _said(conversation[0], names)},
        {"role": "assistant", "content": _said(answer.turn, names)},
    ]
    facts = metadata | _facts(piece, conversation, answer)
    return Exchange(Form.CHAT, {"messages": messages}, block(piece, people), heading, facts)


def block(piece: Piece, people: People) -> Block:
    """Every turn under its speaker's name, whatever it holds."""
    return Block(BlockKind.PARAGRAPH, "\n\n".join(_labelled(turn, people) for turn in turns(piece.messages)))


def opens_with_a_question(piece: Piece) -> bool:
    return asks(turns(piece.messages)[0])


def _said(turn: Turn, names: People) -> str:
    """A turn as a sample holds it: no names of people, addresses and files left out."""
    return "\n".join(
        written(unaddressed(message.text) or message.text, names.name)
        for message in turn.messages
        if message.text.strip()
    )


def _labelled(turn: Turn, people: People) -> str:
    bot = " (bot)" if turn.bot else ""
    lines = "\n".join(_line(message, people) for message in turn.messages)
    between = "\n" if lines.startswith("```") else " "
    return f"**{people.name(turn.speaker)}**{bot}:{between}{lines}"


def _line(message: Message, people: People) -> str:
    parts = [written(message.text, people.name), *(f"[{name}]" for name in message.files)]
    return " ".join(part for part in parts if part) + (" (edited)" if message.edited else "")


def _facts(piece: Piece, conversation: list[Turn], answer: Answer) -> Json:
    messages = piece.messages
    facts: Json = {
        "answer_known_by": answer.known.value,
        "asks": asks(conversation[0]),
        "messages": len(messages),
        "speakers": len({message.speaker for message in messages}),
        "started": _date(messages[0]),
        "ended": _date(messages[-1]),
        "edited": sum(message.edited for message in messages),
        "bots": sum(message.bot for message in messages),
        "files": [name for message in messages for name in message.files],
    }
    return {key: value for key, value in facts.items() if value or key == "asks"}


def _date(message: Message) -> str | None:
    """Without a zone: many chats do not tell theirs."""
    if message.when is None or message.when < _DATED:
        return None
    try:
        return datetime.fromtimestamp(message.when, UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return None
