"""Chats as XML (.xml): messages with a speaker and a text, told apart by conversation where they carry its id."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from app.curation.documents.chats import telling
from app.curation.documents.chats.message import Message, People
from app.curation.documents.chats.slack_text import read_text
from app.curation.documents.chats.talk import Piece, Talk
from app.curation.documents.document import Element, Facts
from app.curation.documents.format import Format
from app.curation.documents.formats._xml import Node, attributes, forget, name_of, text_of, walk
from app.curation.sample import Json

_MESSAGES = ("message", "msg", "post", "utterance")
_SPEAKER = ("user", "username", "user_name", "author", "sender", "from", "speaker", "nick", "name")
_TEXT = ("text", "body", "content")
_TIME = ("ts", "time", "timestamp", "date", "datetime", "sent", "created")
_CONVERSATION = ("conversation_id", "conversation", "thread_id", "thread", "thread_ts", "dialogue_id", "dialog_id")
_ID = ("id", "message_id")
_OPENS = re.compile(rf"<(?:\w+:)?(?:{'|'.join(_MESSAGES)})\b([^<>]*)>", re.IGNORECASE)
_CLOSES = re.compile(rf"</(?:\w+:)?(?:{'|'.join(_MESSAGES)})>", re.IGNORECASE)


class ChatXml(Format):
    suffixes = (".xml",)
    order = 41

    def claims(self, head: bytes, name: str) -> bool:
        """A first message that has a speaker and, as an element or as what it holds, a text."""
        text = head.decode("utf-8", "replace")
        found = _OPENS.search(text)
        closed = _CLOSES.search(text, found.end()) if found else None
        if found is None or closed is None:
            return False
        inside = text[found.end() : closed.start()]
        return _tells(found[1], inside, _SPEAKER) and _tells(found[1], inside, _TEXT)

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        """Two passes: the first counts each conversation's messages, so that the second knows when one is complete."""
        told: dict[str, str] = {}
        sizes: Counter[str] = Counter()
        for fields, _ in _messages(path, told):
            if conversation := _first(fields, _CONVERSATION):
                sizes[conversation] += 1
        yield Facts(title=_title(told), metadata={"conversations": len(sizes), **told} if sizes else dict(told))
        people, talk = People(), Talk(sizes)
        for fields, text in _messages(path, {}):
            message = _message(fields, text, people)
            for piece in talk.add(message, _first(fields, _CONVERSATION)):
                yield _told(piece, people, told)
        for piece in talk.end():
            yield _told(piece, people, told)


def _told(piece: Piece, people: People, told: Json) -> Element:
    facts = {"conversation": piece.thread} if piece.thread else {}
    return telling.talk(piece, people, (_title(told),) if _title(told) else (), facts)


def _title(told: Json) -> str:
    return str(told.get("channel_name") or told.get("channel") or told.get("title") or "")


def _messages(path: Path, told: dict[str, str]) -> Iterator[tuple[dict[str, str], str]]:
    """Each message's attributes and children by name, and its text; what stands outside of messages goes to `told`."""
    within = 0
    for opens, node in walk(path):
        is_message = name_of(node) in _MESSAGES
        if opens:
            within += is_message
            continue
        within -= is_message
        if is_message and not within:
            yield _read(node)
            forget(node)
        elif not within and len(node) == 0 and len(told) < 50 and (node.text or "").strip():
            told.setdefault(name_of(node), node.text.strip()[:1000])


def _read(node: Node) -> tuple[dict[str, str], str]:
    fields = attributes(node)
    for child in node:
        fields.setdefault(name_of(child), text_of(child) if name_of(child) in _TEXT else text_of(child).strip())
    text = next((fields[key] for key in _TEXT if key in fields), None)
    run = [node.text or "", *(child.tail or "" for child in node)]
    return fields, text if text is not None else "\n".join(part.strip() for part in run if part.strip())


def _message(fields: dict[str, str], text: str, people: People) -> Message:
    speaker = _first(fields, _SPEAKER) or "unknown"
    people.names.setdefault(speaker, speaker)
    said = read_text(text).strip()
    return Message(speaker, said, _when(_first(fields, _TIME)), _first(fields, _ID))


def _first(fields: dict[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name].strip() for name in names if fields.get(name, "").strip()), "")


def _tells(attributes: str, inside: str, names: tuple[str, ...]) -> bool:
    either = "|".join(names)
    return bool(
        re.search(rf"\b(?:{either})\s*=", attributes, re.I) or re.search(rf"<(?:\w+:)?(?:{either})\b", inside, re.I)
    )


def _when(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        pass
    try:
        told = datetime.fromisoformat(value)
    except ValueError:
        return None
    return told.timestamp() if told.tzinfo else told.replace(tzinfo=UTC).timestamp()
