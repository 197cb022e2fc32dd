"""What Slack writes into a text: people, channels, links and dates in angle brackets, and three escaped signs."""

import re
from html import unescape

from app.curation.documents.chats.message import mention, unmarked

_BRACKETS = re.compile(r"<([@#!]|(?:https?|ftp|mailto|tel|slack|file):)([^<>\n]*)>", re.IGNORECASE)
_ESCAPED = re.compile(r"&(?:lt|gt|amp);")
_FENCE = "```"


def read_text(text: str) -> str:
    """The text as Markdown with its people marked; listings stand on lines of their own."""
    plain = _ESCAPED.sub(lambda found: unescape(found[0]), _BRACKETS.sub(_resolved, unmarked(text)))
    return _with_listings(plain) if _FENCE in plain else plain


def _resolved(found: re.Match[str]) -> str:
    kind, rest = found[1], found[2]
    value, _, label = rest.partition("|")
    if kind == "@":
        return mention(value)
    if kind == "#":
        return "#" + (label or value)
    if kind == "!":
        return _special(value, label)
    return _link(kind + value, label)


def _special(value: str, label: str) -> str:
    """<!here>, <!subteam^S1|@doctors>, <!date^1392734382^{date}|February 18th>."""
    if value.startswith("date^"):
        return label
    name = label or value.partition("^")[2] or value
    return name if name.startswith("@") else "@" + name


def _link(address: str, label: str) -> str:
    shown = address.removeprefix("mailto:").removeprefix("tel:")
    if not label or _bare(label) == _bare(shown):
        return shown
    return f"[{label}]({address})"


def _bare(address: str) -> str:
    return re.sub(r"^\w+://", "", address).rstrip("/")


def _with_listings(text: str) -> str:
    """What stands between two fences, on lines of its own; a fence without a second one is left as it is."""
    parts = text.split(_FENCE)
    if len(parts) % 2 == 0:
        parts[-2:] = [_FENCE.join(parts[-2:])]
    told = [_listing(part) if at % 2 else part.strip(" \t") for at, part in enumerate(parts)]
    return "".join(told).strip("\n")


def _listing(inside: str) -> str:
    first, _, rest = inside.partition("\n")
    return f"\n{_FENCE}\n{(rest if not first.strip() else inside).rstrip()}\n{_FENCE}\n"
