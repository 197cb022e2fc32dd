"""IRC logs (.txt, .log): lines with a time, a nick and what was said."""

import re
from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.chats import telling
from app.curation.documents.chats.irc_line import Kind, Line, read_line
from app.curation.documents.chats.log_lines import head_lines, lines
from app.curation.documents.chats.message import Message, People, mention, unmarked
from app.curation.documents.chats.talk import Talk
from app.curation.documents.document import Block, BlockKind, Element, Facts
from app.curation.documents.format import Format

_DAY = 86_400.0
_LOOKED_AT = 200
_CONTROL = re.compile("\x03(?:\\d{1,2}(?:,\\d{1,2})?)?|[\x02\x0f\x11\x16\x1d\x1e\x1f]")
"""Colours and bold in the log of a client that keeps them."""
_ADDRESS = re.compile(r"([^\s:,<>]{1,40})[:,](?=\s)")


class Irc(Format):
    suffixes = (".txt", ".log", ".weechatlog")
    order = 54

    def claims(self, head: bytes, name: str) -> bool:
        """Four lines of five are said, done or told by the server, and at least three are said."""
        kinds = [read_line(line).kind for line in head_lines(head)[:_LOOKED_AT]]
        known = sum(kind is not Kind.OTHER for kind in kinds)
        return kinds.count(Kind.SAID) >= 3 and known >= 0.8 * len(kinds)

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        yield Facts()
        people, talk, clock = People(), Talk(), _Clock()
        for line in _joined(path):
            when = clock.at(line)
            if line.kind is Kind.OTHER:
                yield Block(BlockKind.PARAGRAPH, line.text)
            elif line.kind is not Kind.NOTICE:
                for piece in talk.add(_message(line, when, people)):
                    yield telling.talk(piece, people)
        for piece in talk.end():
            yield telling.talk(piece, people)


class _Clock:
    """The time of each line. A log without dates passes midnight where its clock jumps back."""

    def __init__(self) -> None:
        self._day = 0.0
        self._last = 0.0

    def at(self, line: Line) -> float:
        if line.date:
            self._day, self._last = line.date.timestamp(), 0.0
        if line.kind in (Kind.SAID, Kind.DONE):
            if line.time < self._last - _DAY / 2:
                self._day += _DAY
            self._last = line.time
        return self._day + line.time


def _joined(path: Path) -> Iterator[Line]:
    """Lines with what goes on below them: a pasted text, that a program broke into lines without a time."""
    held: Line | None = None
    for raw in lines(path):
        line = read_line(_CONTROL.sub("", raw))
        if line.kind is Kind.OTHER and ((held is not None and held.kind is not Kind.NOTICE) or not line.text.strip()):
            if held is not None and line.text.strip():
                held = held._replace(text=f"{held.text}\n{line.text}")
            continue
        if held is not None:
            yield held
        held = line
    if held is not None:
        yield held


def _message(line: Line, when: float, people: People) -> Message:
    text = unmarked(line.text)
    if (found := _ADDRESS.match(text)) and found[1] in people.names:
        text = mention(found[1]) + text[found.end(1) :]
    people.names.setdefault(line.nick, line.nick)
    return Message(line.nick, text if line.kind is Kind.SAID else f"*{text}*", when)
