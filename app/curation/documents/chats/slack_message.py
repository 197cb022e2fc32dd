"""A message of a Slack export: what is said in it, whatever part of it holds the words."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.curation.documents.chats.message import Message, People, Reaction, unmarked
from app.curation.documents.chats.slack_text import read_text
from app.curation.sample import Json

NOTICES = {
    "channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "channel_archive",
    "channel_unarchive", "channel_convert_to_private", "channel_convert_to_public", "channel_posting_permissions",
    "group_join", "group_leave", "group_topic", "group_purpose", "group_name", "group_archive", "group_unarchive",
    "pinned_item", "unpinned_item", "bot_add", "bot_remove", "bot_enable", "bot_disable", "reminder_add", "tombstone",
    "message_deleted", "message_replied", "ekm_access_denied", "channel_canvas_updated", "huddle_thread", "joiner_notification",
    "joiner_notification_for_inviter", "sh_room_created", "sh_room_shared", "app_conversation_join",
    "app_conversation_leave", "reply_broadcast",
}  # fmt: skip
"""Subtypes that tell what happened to the channel, or that a message is gone: nobody says anything in them."""


def read_message(value: Any, people: People) -> Message | None:
    """None where it is no message, or a notice. People it describes become known."""
    if not isinstance(value, dict) or value.get("type", "message") != "message" or str(value.get("subtype")) in NOTICES:
        return None
    edited = "edited" in value
    if value.get("subtype") == "message_changed" and isinstance(value.get("message"), dict):
        value, edited = value["message"], True
    text = "\n".join(part for part in _parts(value) if part.strip())
    files = tuple(_files(value))
    if not text and not files:
        return None
    bot = bool(value.get("bot_id")) or value.get("subtype") == "bot_message"
    return Message(
        _speaker(value, people, bot), text, _seconds(value.get("ts")), str(value.get("ts") or ""),
        reactions=tuple(_reactions(value)), files=files, bot=bot, edited=edited,
    )  # fmt: skip


def thread_of(value: Any) -> str:
    """The key of the thread that a message of the export stands in: the time stamp of its first message."""
    if isinstance(value, dict) and value.get("subtype") == "message_changed" and isinstance(value.get("message"), dict):
        value = value["message"]
    return str(value.get("thread_ts") or "") if isinstance(value, dict) else ""


def own_thread(message: Message, sizes: Counter[str]) -> str:
    """The thread that others opened below a message which does not say so itself; it is counted in."""
    if message.id not in sizes:
        return ""
    sizes[message.id] += 1
    return message.id


def learn(users: Any, people: People) -> None:
    """The display names of users.json."""
    for user in users if isinstance(users, list) else []:
        if isinstance(user, dict) and user.get("id") and (name := _name(user)):
            people.names[str(user["id"])] = name


def _name(user: Json) -> str:
    profile = _object(user.get("profile"))
    found = (profile.get("display_name"), user.get("display_name"), profile.get("real_name"), user.get("real_name"))
    return unmarked(next((str(name).strip() for name in (*found, user.get("name")) if name and str(name).strip()), ""))


def _speaker(value: Json, people: People, bot: bool) -> str:
    person = str(value.get("user") or _object(value.get("comment")).get("user") or value.get("bot_id") or "")
    profile = value.get("user_profile") or value.get("bot_profile")
    name = _name(profile) if isinstance(profile, dict) else ""
    if bot and value.get("username"):
        name, person = str(value["username"]), f"{person}/{value['username']}"
    if (name or bot) and person not in people.names:
        people.names[person] = name or "Bot"
    return person


def _parts(value: Json) -> Iterator[str]:
    """Text, or the blocks that stand for it; then attachments and a file's comment, where they are not in the text."""
    text = value.get("text")
    said = read_text(text) if isinstance(text, str) else ""
    said = said if said.strip() else read_text("\n".join(_block_texts(value.get("blocks"))))
    yield said
    for attachment in _dicts(value.get("attachments")):
        lines = [read_text(line) for line in _attachment(attachment)]
        yield "\n".join(line for line in dict.fromkeys(lines) if line and line not in said)
    for file in _dicts(value.get("files")) + _dicts([value.get("file")]):
        comment = _object(file.get("initial_comment")).get("comment")
        if isinstance(comment, str) and comment not in said:
            yield read_text(comment)


def _attachment(attachment: Json) -> Iterator[str]:
    for key in ("pretext", "author_name", "title", "text"):
        if isinstance(attachment.get(key), str):
            yield attachment[key]
    for part in _dicts(attachment.get("fields")):
        yield ": ".join(str(part[key]) for key in ("title", "value") if part.get(key))
    yield from _block_texts(attachment.get("blocks"))
    if not any(attachment.get(key) for key in ("pretext", "title", "text", "fields", "blocks")):
        yield str(attachment.get("fallback") or "")


def _block_texts(blocks: Any) -> Iterator[str]:
    """The texts of Block Kit, in order: sections, headers, fields and rich text."""
    for block in _dicts(blocks):
        if block.get("type") in ("rich_text", "rich_text_section", "rich_text_preformatted", "rich_text_quote"):
            yield _rich(block)
            continue
        text = block.get("text")
        if isinstance(text, dict):
            text = text.get("text")
        if isinstance(text, str):
            yield text
        yield from _block_texts([part for part in block.get("fields") or [] if isinstance(part, dict)])
        yield from _block_texts([part for part in block.get("elements") or [] if isinstance(part, dict)])


def _rich(element: Json) -> str:
    """Rich text: its sections are lines, their elements run on."""
    kind, inner = str(element.get("type")), _dicts(element.get("elements"))
    if kind.startswith("rich_text"):
        between = "\n" if kind in ("rich_text", "rich_text_list") else ""
        lines = between.join(_rich(part) for part in inner)
        return f"```\n{lines}\n```" if kind == "rich_text_preformatted" else lines
    if kind == "user":
        return f"<@{element.get('user_id')}>"
    if kind == "link":
        return f"<{element.get('url')}|{element.get('text') or ''}>"
    return f":{element.get('name')}:" if kind == "emoji" else str(element.get("text") or "")


def _files(value: Json) -> Iterator[str]:
    for file in _dicts(value.get("files")) + _dicts([value.get("file")]):
        name = file.get("title") or file.get("name")
        if name:
            yield f"file: {unmarked(str(name))}"


def _reactions(value: Json) -> Iterator[Reaction]:
    for reaction in _dicts(value.get("reactions")):
        by = reaction.get("users")
        yield Reaction(
            str(reaction.get("name") or ""), frozenset(map(str, by)) if isinstance(by, list) else frozenset()
        )


def _seconds(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _dicts(values: Any) -> list[Json]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
