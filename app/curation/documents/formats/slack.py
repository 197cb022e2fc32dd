"""Slack exports (.zip): a file of users, and for each channel a folder with a file of messages for each day."""

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import orjson

from app.curation.documents.chats import telling
from app.curation.documents.chats.message import Message, People
from app.curation.documents.chats.slack_message import learn, own_thread, read_message, thread_of
from app.curation.documents.chats.talk import Piece, Talk
from app.curation.documents.document import Block, BlockKind, Element, Facts, Fault
from app.curation.documents.format import Format, Unreadable
from app.curation.sample import Json

_DAY = re.compile(r"(?:^|.*/)([^/]+)/\d{4}-\d{2}-\d{2}\.json")
_LIST = re.compile(r"(?:[^/]+/)?(users|channels|groups|dms|mpims)\.json")
_DAY_BYTES = 256 << 20
_HEADER = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)
_BROKEN = (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)


class Slack(Format):
    suffixes = (".zip",)
    order = 30

    def claims(self, head: bytes, name: str) -> bool:
        """Told by the first entries' names; `is_export` looks into the whole directory."""
        names = [head[found.end() :][: int.from_bytes(found[1], "little")] for found in _HEADER.finditer(head)]
        return any(_LIST.fullmatch(name.decode("utf-8", "replace")) for name in names)

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        try:
            with ZipFile(path) as archive:
                yield from _Export(archive).elements()
        except _BROKEN as error:
            raise Unreadable(
                "damaged_archive", "This Slack export is damaged or encrypted. Export it again, and upload it as it is."
            ) from error


def is_export(path: Path) -> bool:
    """True where a file is a ZIP archive laid out as Slack exports are. Never raises."""
    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
    except _BROKEN:
        return False
    lists = {found[1] for name in names if (found := _LIST.fullmatch(name))}
    return lists >= {"users", "channels"} or bool(lists and any(map(_DAY.fullmatch, names)))


class _Export:
    """An opened export. Its people are known from users.json, and from messages that describe their speaker."""

    def __init__(self, archive: ZipFile) -> None:
        self.archive = archive
        self.people = People()
        self.lists: dict[str, list[Json]] = {}
        self.days: dict[str, list[str]] = defaultdict(list)
        for name in sorted(archive.namelist()):
            if found := _LIST.fullmatch(name):
                self.lists[found[1]] = [entry for entry in self._value(name) or [] if isinstance(entry, dict)]
            elif found := _DAY.fullmatch(name):
                self.days[found[1]].append(name)
        learn(self.lists.get("users"), self.people)

    def elements(self) -> Iterator[Element]:
        if not self.days and not self.lists:
            raise Unreadable("no_messages", "This archive holds no Slack messages. Upload the export as Slack made it.")
        yield Facts(metadata={"channels": len(self.days)})
        for channel, days in self.days.items():
            yield Block(BlockKind.HEADING, self._title(channel), level=1)
            yield from self._channel(channel, days)

    def _channel(self, channel: str, days: list[str]) -> Iterator[Element]:
        """Two passes: the first counts the messages of each thread, so that the second knows when one is complete."""
        sizes: Counter[str] = Counter()
        for day in days:
            sizes.update(thread for thread, _ in self._messages(day) if thread)
        talk = Talk(sizes)
        for day in days:
            if (value := self._value(day)) is None:
                yield Fault("day_unreadable", f"{day} in this export cannot be read. The other days are read.")
                continue
            for thread, message in self._said(value):
                for piece in talk.add(message, thread or own_thread(message, sizes)):
                    yield from self._told(piece, channel)
        for piece in talk.end():
            yield from self._told(piece, channel)

    def _told(self, piece: Piece, channel: str) -> Iterator[Element]:
        if not piece.thread:
            yield telling.block(piece, self.people)
            return
        whole = piece.messages[0].id == piece.thread
        facts = {"channel": channel, "thread": piece.thread}
        yield from telling.thread(piece, self.people, (self._title(channel),), facts, whole)

    def _messages(self, day: str) -> Iterator[tuple[str, Message]]:
        return self._said(self._value(day))

    def _said(self, value: Any) -> Iterator[tuple[str, Message]]:
        """The day's messages in time order with the threads they stand in; one that was posted twice counts once."""
        read = [
            (thread_of(raw), message)
            for raw in (value if isinstance(value, list) else [])
            if (message := read_message(raw, self.people))
        ]
        read.sort(key=lambda pair: pair[1].when or 0.0)
        seen: dict[tuple[str, str], int] = {}
        kept: list[tuple[str, Message]] = []
        for thread, message in read:
            key = (message.id, message.speaker)
            if not message.id or key not in seen:
                seen[key] = len(kept)
                kept.append((thread, message))
            elif thread or message.edited:
                kept[seen[key]] = (thread or kept[seen[key]][0], message)
        return iter(kept)

    def _title(self, channel: str) -> str:
        """A channel's name; of a direct message, whose folder is named by a code, the people in it."""
        for entry in self.lists.get("dms", []):
            if entry.get("id") == channel and isinstance(entry.get("members"), list):
                return ", ".join(self.people.name(str(member)) for member in entry["members"])
        return channel

    def _value(self, name: str) -> Any:
        """The JSON of one file; None where it cannot be read."""
        try:
            if self.archive.getinfo(name).file_size > _DAY_BYTES:
                return None
            return orjson.loads(self.archive.read(name))
        except _BROKEN:
            return None
