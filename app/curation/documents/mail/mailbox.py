"""A mailbox file: where its messages are, and which belong to one thread. Only headers are held in memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

from app.curation.documents.mail.message import header, parsed

_ID = re.compile(r"<[^<>\s]+>")
_HEAD = 64 << 10
_LARGEST = 64 << 20
_REPLY = re.compile(r"^(?:(?:re|aw|fwd?|wg|sv|antw|tr|rv)(?:\[\d+\])?\s*:\s*|\[[\w .-]{2,40}\]\s*)+", re.I)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(slots=True)
class Place:
    """A message in the file, with what its thread is known by."""

    start: int
    end: int
    names: tuple[str, ...]
    subject: str
    seconds: float


def places(path: Path) -> list[Place]:
    """Every message in the order of the file."""
    with path.open("rb") as file:
        starts = list(_starts(file))
        size = file.seek(0, 2)
        return [_place((file.seek(start) and b"") or file.read(min(end - start, _HEAD)), start, end)
                for start, end in zip(starts, [*starts[1:], size], strict=True)]  # fmt: skip


def _starts(file: Iterator[bytes]) -> Iterator[int]:
    """A line `From ` after an empty one begins a message."""
    place, after_empty = 0, True
    for line in file:
        if after_empty and line.startswith(b"From "):
            yield place
        after_empty = line in {b"\n", b"\r\n"}
        place += len(line)


def _place(head: bytes, start: int, end: int) -> Place:
    message = parsed(head.partition(b"\n")[2])
    told = " ".join(header(message, name) for name in ("references", "in-reply-to", "message-id"))
    return Place(start, end, tuple(_ID.findall(told)), header(message, "subject"), _seconds(header(message, "date")))


def _seconds(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0.0


def threads(found: list[Place]) -> list[list[Place]]:
    """Messages that name one another, the oldest first; threads in the order in which they begin in the file."""
    owner: dict[str, int] = {}
    above = list(range(len(found)))

    def top(number: int) -> int:
        while above[number] != number:
            above[number] = above[above[number]]
            number = above[number]
        return number

    for number, place in enumerate(found):
        for name in place.names:
            other = top(owner.setdefault(name, number))
            mine = top(number)
            above[max(other, mine)] = min(other, mine)
    together: dict[int, list[Place]] = {}
    for number, place in enumerate(found):
        together.setdefault(top(number), []).append(place)
    return [sorted(thread, key=lambda place: place.seconds) for thread in together.values()]


def raw(path: Path, place: Place) -> bytes:
    """The message as it was sent: without its separator, lines that begin with From as they were."""
    with path.open("rb") as file:
        file.seek(place.start)
        whole = file.read(min(place.end - place.start, _LARGEST))
    return _QUOTED_FROM.sub(rb"\1", whole.partition(b"\n")[2])


def without_reply(subject: str) -> str:
    """The subject of the thread."""
    return _REPLY.sub("", subject).strip() or subject
