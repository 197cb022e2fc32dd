"""The root of an XML document, from its first bytes."""

import codecs
import re
from typing import NamedTuple

_SKIPPED = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^\[>]|\[.*?\]\s*(?=>))*>", re.DOTALL)
_ROOT = re.compile(r"<(?:([\w.-]+):)?([A-Za-z_][\w.-]*)([^<>]*)")


class Root(NamedTuple):
    """The name of the root without its prefix, and its attributes as they are written."""

    name: str
    attributes: str


def root(head: bytes) -> Root | None:
    """None where the bytes do not begin like an XML document. Never raises."""
    text = _text(head[: 32 << 10]).lstrip("\ufeff")
    start = 0
    while found := _SKIPPED.match(text, start):
        start = found.end()
    name = _ROOT.match(text, start)
    return Root(name[2], name[3]) if name else None


def _text(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8", "replace")
