"""Discord channels and threads (.json), as DiscordChatExporter writes them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.curation.documents.chats import telling
from app.curation.documents.chats.json_file import dicts, has_keys, load, seconds
from app.curation.documents.chats.message import Message, People, Reaction, mention, unmarked
from app.curation.documents.chats.replies import pieces
from app.curation.documents.chats.talk import Piece
from app.curation.documents.document import Element, Facts
from app.curation.documents.format import Format, Unreadable
from app.curation.sample import Json

_SAID = (
    "Default",
    "Reply",
    "ThreadStarterMessage",
    "ApplicationCommand",
    "ContextMenuCommand",
    "0",
    "19",
    "20",
    "21",
    "23",
)
"""Types of message in which somebody says something; the others tell of joins, pins and calls."""


class Discord(Format):
    suffixes = (".json",)
    order = 51

    def claims(self, head: bytes, name: str) -> bool:
        return has_keys(head, "guild", "channel") and (b'"messages"' in head or b'"dateRange"' in head)

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        value = load(path)
        if not isinstance(value, dict) or not isinstance(value.get("messages"), list):
            raise Unreadable("no_messages", "This Discord export holds no messages. Export the channel again as JSON.")
        channel, guild = _object(value.get("channel")), _object(value.get("guild"))
        title = str(channel.get("name") or "")
        told = {"server": guild.get("name"), "category": channel.get("category"), "topic": channel.get("topic")}
        yield Facts(title=title, metadata={key: text for key, text in told.items() if text})
        people = People()
        messages = [message for raw in dicts(value["messages"]) if (message := _message(raw, people))]
        messages.sort(key=lambda message: message.when or 0.0)
        is_thread = "Thread" in str(channel.get("type")) and bool(messages)
        for piece in [Piece(messages, str(channel.get("id") or title))] if is_thread else pieces(messages):
            facts = {"channel": title, "thread": piece.thread} if piece.thread else {"channel": title}
            if is_thread:
                yield from telling.thread(piece, people, (title,), facts)
            else:
                yield telling.talk(piece, people, (title,), facts)


def _message(raw: Json, people: People) -> Message | None:
    author = _object(raw.get("author"))
    person = str(author.get("id") or author.get("name") or "")
    people.names.setdefault(person, unmarked(str(author.get("nickname") or author.get("name") or "Unknown")))
    text = "\n".join(part for part in [_text(raw, people), *_embeds(raw)] if part.strip())
    files = tuple(
        f"file: {unmarked(str(file['fileName']))}" for file in dicts(raw.get("attachments")) if file.get("fileName")
    )
    if str(raw.get("type", "Default")) not in _SAID or not (text or files):
        return None
    return Message(
        person, text, seconds(raw.get("timestamp")), str(raw.get("id") or ""),
        answers=str(_object(raw.get("reference")).get("messageId") or ""),
        reactions=tuple(_reaction(found) for found in dicts(raw.get("reactions"))),
        files=files, bot=bool(author.get("isBot")), edited=bool(raw.get("timestampEdited")),
    )  # fmt: skip


def _text(raw: Json, people: People) -> str:
    """The content, in which the exporter has already written @ and names."""
    text = unmarked(str(raw.get("content") or ""))
    for person in dicts(raw.get("mentions")):
        for key in ("nickname", "name"):
            if person.get("id") and person.get(key):
                people.names.setdefault(str(person["id"]), unmarked(str(person[key])))
                text = text.replace(f"@{person[key]}", mention(str(person["id"])))
    return text


def _embeds(raw: Json) -> Iterator[str]:
    """What a program wrote, or a page that was linked to, shows in a box."""
    for embed in dicts(raw.get("embeds")):
        fields = [f"{part.get('name')}: {part.get('value')}" for part in dicts(embed.get("fields"))]
        parts = [str(embed.get(key) or "") for key in ("title", "description")]
        yield unmarked("\n".join(part for part in parts + fields if part))


def _reaction(found: Json) -> Reaction:
    emoji = _object(found.get("emoji"))
    by = frozenset(str(user.get("id")) for user in dicts(found.get("users")))
    return Reaction(str(emoji.get("code") or emoji.get("name") or ""), by)


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
