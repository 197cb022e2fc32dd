"""WhatsApp chats (.txt), as telephones export them."""

import re
from collections.abc import Iterator
from pathlib import Path

from app.curation.documents.chats import telling
from app.curation.documents.chats.log_lines import head_lines, lines
from app.curation.documents.chats.message import Message, People, unmarked
from app.curation.documents.chats.talk import LONG_SILENCE, Talk
from app.curation.documents.chats.whatsapp_line import Order, Start, order_of, seconds, start_of
from app.curation.documents.document import Block, BlockKind, Element, Facts
from app.curation.documents.format import Format

_MEDIA = re.compile(
    r"<[^<>\n]{3,80}>|[^\n]{0,120}\.\w{2,5} \([^()\n]{4,40}\)|[^\n]{1,80}(?:omitted|weggelassen)", re.IGNORECASE
)
_EDITED = re.compile(r"<(?:this message was edited|diese nachricht wurde bearbeitet)>\s*$", re.IGNORECASE)
_GONE = re.compile(
    r"(?:you deleted this message|this message was deleted|diese nachricht wurde gelöscht|"
    r"du hast diese nachricht gelöscht|se eliminó este mensaje|ce message a été supprimé)\.?",
    re.IGNORECASE,
)
_SHARE = 0.2


class WhatsApp(Format):
    suffixes = (".txt",)
    order = 53

    def claims(self, head: bytes, name: str) -> bool:
        """The first line opens a message, and so does one line in five; two of them name a speaker."""
        found = head_lines(head)
        starts = [start for line in found if (start := start_of(line))]
        spoken = sum(bool(start.speaker) for start in starts)
        return bool(starts) and start_of(found[0]) is not None and spoken >= 2 and len(starts) >= _SHARE * len(found)

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        yield Facts()
        order = order_of(start for line in lines(path) if (start := start_of(line)))
        people, talk = People(), Talk(silence=LONG_SILENCE)
        for start, text in _messages(path):
            if start is None:
                yield Block(BlockKind.PARAGRAPH, text)
            elif message := _message(start, text, order, people):
                for piece in talk.add(message):
                    yield telling.talk(piece, people)
        for piece in talk.end():
            yield telling.talk(piece, people)


def _messages(path: Path) -> Iterator[tuple[Start | None, str]]:
    """Each message with all of its lines; None for lines before the first message."""
    start: Start | None = None
    said: list[str] = []
    for line in lines(path):
        if found := start_of(line):
            if "".join(said).strip():
                yield start, "\n".join(said).strip()
            start, said = found, [found.text]
        else:
            said.append(line)
    if "".join(said).strip():
        yield start, "\n".join(said).strip()


def _message(start: Start, text: str, order: Order, people: People) -> Message | None:
    """None where WhatsApp tells of a change to the group, or that a message is gone."""
    if not start.speaker or _GONE.fullmatch(text):
        return None
    edited = bool(_EDITED.search(text))
    first, _, caption = unmarked(_EDITED.sub("", text)).rstrip().partition("\n")
    media = bool(_MEDIA.fullmatch(first)) and (start.by_program or first.startswith("<") or first.endswith(")"))
    if start.by_program and not media and not caption:
        return None
    people.names.setdefault(start.speaker, start.speaker)
    said = caption if media else f"{first}\n{caption}".rstrip("\n")
    files = (first.strip("<>"),) if media else ()
    return Message(start.speaker, said, seconds(start, order), files=files, edited=edited)
