"""Telegram chats (.json), as Telegram Desktop exports them: one chat, or all of them in one file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.curation.documents.chats import telling
from app.curation.documents.chats.json_file import dicts, has_keys, load, seconds
from app.curation.documents.chats.message import Message, People, Reaction, mention, unmarked
from app.curation.documents.chats.replies import pieces
from app.curation.documents.chats.talk import LONG_SILENCE
from app.curation.documents.document import Block, BlockKind, Element, Facts
from app.curation.documents.format import Format, Unreadable
from app.curation.sample import Json


class Telegram(Format):
    suffixes = (".json",)
    order = 52

    def claims(self, head: bytes, name: str) -> bool:
        if not (b'"from_id"' in head or b'"actor_id"' in head or b'"date_unixtime"' in head or b'"chats"' in head):
            return False
        return has_keys(head, "name", "type", "id", "messages") or has_keys(head, "chats", "list", "messages")

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        value = load(path)
        chats = _chats(value)
        if not chats:
            raise Unreadable("no_messages", "This Telegram export holds no chats. Export them again as JSON.")
        yield Facts(title=_title(chats[0]) if len(chats) == 1 else "", metadata={"chats": len(chats)})
        for chat in chats:
            if len(chats) > 1:
                yield Block(BlockKind.HEADING, _title(chat), level=1)
            yield from _chat(chat)


def _chats(value: Any) -> list[Json]:
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("messages"), list):
        return [value]
    lists = (value.get("chats"), value.get("left_chats"))
    return [
        chat for part in lists if isinstance(part, dict) for chat in dicts(part.get("list")) if chat.get("messages")
    ]


def _title(chat: Json) -> str:
    return str(chat.get("name") or "Chat")


def _chat(chat: Json) -> Iterator[Element]:
    people = People()
    messages = [message for raw in dicts(chat.get("messages")) if (message := _message(raw, people))]
    for piece in pieces(messages, LONG_SILENCE):
        facts = {"chat": _title(chat), "thread": piece.thread} if piece.thread else {"chat": _title(chat)}
        yield telling.talk(piece, people, (_title(chat),), facts)


def _message(raw: Json, people: People) -> Message | None:
    if raw.get("type", "message") != "message":
        return None
    person = str(raw.get("from_id") or raw.get("from") or "")
    people.names.setdefault(person, unmarked(str(raw.get("from") or "Deleted account")))
    said = [_text(raw.get("text"), people), *_poll(raw)]
    text, files = "\n".join(part for part in said if part), tuple(_files(raw))
    if not text and not files:
        return None
    return Message(
        person, text, _when(raw), str(raw.get("id") or ""),
        answers=str(raw.get("reply_to_message_id") or ""),
        reactions=tuple(_reaction(found) for found in dicts(raw.get("reactions"))),
        files=files, edited=bool(raw.get("edited")),
    )  # fmt: skip


def _poll(raw: Json) -> Iterator[str]:
    poll = raw.get("poll")
    if isinstance(poll, dict):
        yield unmarked(str(poll.get("question") or ""))
        yield from (f"- {unmarked(str(answer.get('text') or ''))}" for answer in dicts(poll.get("answers")))


def _text(parts: Any, people: People) -> str:
    """A string, or a list of strings and of pieces that are links, code, people and the like."""
    if isinstance(parts, list):
        return "".join(_piece(part, people) for part in parts)
    return unmarked(parts) if isinstance(parts, str) else ""


def _piece(part: Any, people: People) -> str:
    if not isinstance(part, dict):
        return unmarked(str(part))
    kind, text = part.get("type"), unmarked(str(part.get("text") or ""))
    if kind in ("mention", "mention_name"):
        person = f"user{part['user_id']}" if part.get("user_id") else text
        people.names.setdefault(person, text.removeprefix("@"))
        return mention(person)
    if kind == "text_link" and part.get("href"):
        return f"[{text}]({part['href']})"
    if kind == "pre":
        return f"\n```{part.get('language') or ''}\n{text}\n```\n"
    return f"`{text}`" if kind == "code" and "`" not in text else text


def _files(raw: Json) -> Iterator[str]:
    name = raw.get("file_name") or raw.get("file")
    if raw.get("photo"):
        yield "photo"
    elif raw.get("media_type") or name:
        kind = str(raw.get("media_type") or "file").replace("_", " ")
        yield f"{kind}: {unmarked(str(name).rpartition('/')[2])}" if name and not str(name).startswith("(") else kind


def _when(raw: Json) -> float | None:
    try:
        return float(raw["date_unixtime"])
    except (KeyError, TypeError, ValueError):
        return seconds(raw.get("date"))


def _reaction(found: Json) -> Reaction:
    by = frozenset(str(one.get("from_id")) for one in dicts(found.get("recent")))
    return Reaction(str(found.get("emoji") or ""), by)
