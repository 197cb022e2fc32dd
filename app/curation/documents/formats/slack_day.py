"""One day of a Slack channel (.json), as it stands in an export: messages without the list of users."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.chats import telling
from app.curation.documents.chats.json_file import dicts, load
from app.curation.documents.chats.message import Message, People
from app.curation.documents.chats.slack_message import own_thread, read_message, thread_of
from app.curation.documents.chats.talk import Talk
from app.curation.documents.document import Element, Facts
from app.curation.documents.format import Format, Unreadable

_STAMP = re.compile(rb'"ts"\s*:\s*"\d{9,11}\.\d{4,6}"')


class SlackDay(Format):
    suffixes = (".json",)
    order = 50

    def claims(self, head: bytes, name: str) -> bool:
        """A list whose first messages carry Slack's time stamps."""
        head = head.removeprefix(b"\xef\xbb\xbf")
        return head.lstrip().startswith(b"[") and b'"message"' in head and bool(_STAMP.search(head))

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        value = load(path)
        if not isinstance(value, list):
            raise Unreadable("no_messages", "This file holds no list of messages. Upload the export as Slack made it.")
        yield Facts(title=path_title(name))
        people = People()
        said = [(thread_of(raw), message) for raw in dicts(value) if (message := read_message(raw, people))]
        said.sort(key=lambda pair: pair[1].when or 0.0)
        yield from _told(said, people)


def path_title(name: str) -> str:
    """channel/2019-01-01.json -> channel, 2019-01-01."""
    return ", ".join(name.removesuffix(".json").split("/")[-2:])


def _told(said: list[tuple[str, Message]], people: People) -> Iterator[Element]:
    sizes = Counter(thread for thread, _ in said if thread)
    talk = Talk(sizes)
    pieces = [
        piece for thread, message in said for piece in talk.add(message, thread or own_thread(message, sizes))
    ] + list(talk.end())
    for piece in pieces:
        if piece.thread:
            whole = piece.messages[0].id == piece.thread
            yield from telling.thread(piece, people, (), {"thread": piece.thread}, whole)
        else:
            yield telling.block(piece, people)
