"""E-mail (.eml) and mailboxes (.mbox): the subject is the heading, threads stand together."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.curation.documents.document import Block, BlockKind, Element, Facts, Fault
from app.curation.documents.encodings import read
from app.curation.documents.format import Format, Unreadable

if TYPE_CHECKING:
    from app.curation.documents.mail.mailbox import Place

_LARGEST = 64 << 20
_NEEDED = ("from", "subject", "date", "message-id", "to", "received")


class Email(Format):
    suffixes = (".eml", ".mbox", ".mbx", ".emlx")
    order = 500

    def elements(self, path: Path, name: str) -> Iterator[Element]:
        with path.open("rb") as file:
            is_mailbox = file.read(5) == b"From "
        yield from self._mailbox(path) if is_mailbox else self._message(path)

    def _message(self, path: Path) -> Iterator[Element]:
        from app.curation.documents.mail import message as reading

        raw = read(path, _LARGEST)
        first, _, rest = raw.partition(b"\n")
        message = reading.parsed(rest if first.strip().isdigit() else raw)
        if not any(reading.header(message, one) for one in _NEEDED):
            raise Unreadable("not_email", "This file has none of the headers of an e-mail.")
        found = list(reading.blocks(message))
        subject = reading.header(message, "subject")
        if not found and not subject:
            raise Unreadable("empty", "There is no text in this e-mail.")
        yield Facts(subject, reading.header(message, "content-language"), None, reading.metadata(message))
        yield from [Block(BlockKind.HEADING, subject, 1)] if subject else []
        yield from found

    def _mailbox(self, path: Path) -> Iterator[Element]:
        from app.curation.documents.mail.mailbox import places, threads, without_reply

        found = places(path)
        together = threads(found)
        subject = without_reply(together[0][0].subject) if len(together) == 1 else ""
        yield Facts(subject, metadata={"messages": len(found), "threads": len(together)})
        for thread in together:
            yield Block(BlockKind.HEADING, without_reply(thread[0].subject) or "(no subject)", 1)
            for place in thread:
                yield from self._in_thread(path, place)

    def _in_thread(self, path: Path, place: "Place") -> Iterator[Element]:
        from app.curation.documents.mail import message as reading
        from app.curation.documents.mail.mailbox import raw

        message = reading.parsed(raw(path, place))
        said = " · ".join(filter(None, (reading.header(message, "from"), reading.header(message, "date"))))
        yield Block(BlockKind.HEADING, said or "(no sender)", 2)
        try:
            yield from reading.blocks(message)
        except Unreadable as refused:
            yield Fault(refused.code, refused.message, excerpt=place.subject[:200])
