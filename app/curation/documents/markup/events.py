"""An XML file as a stream of starts and ends, under limits: no entity from outside, no bomb, nothing fetched, memory bounded."""

import re
from collections.abc import Iterator
from html.entities import html5
from pathlib import Path
from typing import TypeAlias

from lxml import etree
from lxml.etree import XMLPullParser

from app.curation.documents.format import Unreadable

Event: TypeAlias = tuple[str, etree._Element]

_PIECE = 1 << 16
_OWN = {"amp", "lt", "gt", "quot", "apos"}
_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,30});")
_OPEN = re.compile(rb"&[A-Za-z0-9]{0,31}$")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([\w.:-]+)""")
_TOO_DEEP = "excessive depth"
_BOMB = ("amplification", "entity reference loop", "detected an entity")


class Damaged(Exception):
    """The document breaks off: what was read until here is right. The message says where."""


def events(path: Path) -> Iterator[Event]:
    """Starts and ends in order. The reader clears elements that it is done with. Unreadable `xml_bomb`; else Damaged."""
    with path.open("rb") as file:
        first = file.read(_PIECE)
        parser = XMLPullParser(
            events=("start", "end"),
            encoding=_encoding(first),
            resolve_entities="internal",
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        wide = first[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in first[:64]
        try:
            for piece in _pieces(first, file) if wide else _named(_pieces(first, file)):
                parser.feed(piece)
                yield from parser.read_events()
            parser.close()
            yield from parser.read_events()
        except etree.XMLSyntaxError as error:
            yield from _rest(parser)
            raise _refusal(error) from error


def _rest(parser: XMLPullParser) -> Iterator[Event]:
    """What was parsed before the fault."""
    try:
        yield from parser.read_events()
    except etree.XMLSyntaxError:
        return


def _refusal(error: etree.XMLSyntaxError) -> Exception:
    said = str(error).lower()
    if any(sign in said for sign in _BOMB):
        return Unreadable(
            "xml_bomb",
            "The entities of this XML document grow beyond all measure when they are replaced. It was not read.",
        )
    if _TOO_DEEP in said:
        return Unreadable("too_deep", "The elements of this XML document stand too deep in one another.")
    return Damaged(str(error).split(", line")[0] + f" (line {error.lineno:,})")


def _pieces(first: bytes, file: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    while piece := file.read(_PIECE):  # type: ignore[attr-defined]
        yield piece


def _named(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """With the named characters of HTML as numbers: they are declared in files outside, which are never fetched."""
    held = b""
    for piece in pieces:
        whole = held + piece
        cut = _OPEN.search(whole)
        held = whole[cut.start() :] if cut else b""
        yield _NAMED.sub(_number, whole[: cut.start()] if cut else whole)
    yield held


def _number(name: re.Match[bytes]) -> bytes:
    """Only where the document cannot have declared it itself, which a name of HTML hardly ever is."""
    told = name[1].decode()
    text = html5.get(f"{told};", "") if told not in _OWN else ""
    return "".join(f"&#{ord(one)};" for one in text).encode() if text else name[0]


def _encoding(first: bytes) -> str | None:
    """None to believe the document; windows-1252 where it says or means UTF-8 and is not."""
    declared = _DECLARED.match(first)
    if first[:2] in {b"\xff\xfe", b"\xfe\xff"} or (
        declared and declared[1].lower() not in {b"utf-8", b"utf8", b"ascii"}
    ):
        return None
    try:
        first[: first.rfind(b">") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1252"
    return None
