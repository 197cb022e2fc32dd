"""One message: its headers as facts, its text as blocks."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

from app.curation.documents.document import Block, BlockKind
from app.curation.documents.encodings import decode
from app.curation.documents.format import Unreadable
from app.curation.documents.mail.quotes import parts
from app.curation.sample import Json

_SHOWN = ("date", "from", "to", "cc", "reply-to", "message-id", "list-id")
_DEEPEST = 5
_WORDS = re.compile(r"\w+")


def parsed(raw: bytes) -> EmailMessage:
    """Never raises: a message may be as broken as it likes."""
    return message_from_bytes(raw, policy=policy.default)


def header(message: Message, name: str) -> str:
    """A header on one line, decoded; empty where there is none or it is beyond repair."""
    try:
        return " ".join(str(message.get(name) or "").split())
    except Exception:
        return ""


def metadata(message: EmailMessage) -> Json:
    """Who wrote when to whom, and what was attached."""
    told: Json = {name.replace("-", "_"): value for name in _SHOWN if (value := header(message, name))}
    names = [name for part in message.walk() if (name := _file_name(part))]
    return told | ({"attachments": names} if names else {})


def _file_name(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except Exception:
        return ""


def blocks(message: EmailMessage, depth: int = 0) -> Iterator[Block]:
    """The text part, or the HTML part where there is no text worth the name; then messages that are forwarded whole."""
    texts: list[str] = []
    pages: list[str] = []
    inner: list[EmailMessage] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner += [one for one in part.get_payload() if isinstance(one, EmailMessage)]
        elif part.get_content_disposition() != "attachment":
            (texts if kind == "text/plain" else pages if kind == "text/html" else []).append(_text(part))
    written = "\n\n".join(texts)
    yield from _of_page(pages) if pages and len(_WORDS.findall(written)) < 3 else _of_text(written)
    for one in inner if depth < _DEEPEST else []:
        yield Block(BlockKind.HEADING, header(one, "subject") or "Forwarded message", 3)
        yield from blocks(one, depth + 1)


def _leaves(message: Message) -> Iterator[Message]:
    """Parts that hold no parts, except whole messages."""
    if message.is_multipart() and message.get_content_type() != "message/rfc822":
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _leaves(part)
    else:
        yield message


def _text(part: Message) -> str:
    raw = part.get_payload(decode=True)
    try:
        declared = part.get_content_charset() or ""
    except Exception:
        declared = ""
    try:
        return decode(raw, declared) if isinstance(raw, bytes) else str(part.get_payload())
    except Unreadable:
        return ""


def _of_text(text: str) -> Iterator[Block]:
    from app.curation.documents.plain import reading

    for kind, part in parts(text):
        if kind is BlockKind.PARAGRAPH:
            for block in reading.blocks(part):
                block.page = None
                yield block
        elif part.strip():
            yield Block(kind, part.strip("\n"))


def _of_page(pages: list[str]) -> Iterator[Block]:
    from app.curation.documents.web import page, reading

    for text in pages:
        try:
            yield from reading.blocks(page.tree(text))
        except Unreadable:
            continue
