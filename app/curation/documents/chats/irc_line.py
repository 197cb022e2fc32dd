"""One line of an IRC log, as irssi, WeeChat, mIRC, HexChat, ZNC and loggers on the web write them."""

import re
from datetime import UTC, datetime
from enum import Enum
from typing import NamedTuple

_STAMP = (
    r"[\[(]?(?:(?P<date>\d{4}-\d{2}-\d{2})[T ])?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})?(?:\s?(?P<half>[AaPp])[Mm])?[\])]?"
)
_NICK = r"[ @+%&~!]?(?P<nick>[^\s<>]{1,40})"
_SAID = re.compile(rf"{_STAMP}\s+<{_NICK}>(?:\s(?P<text>.*)|$)")
_TABBED = re.compile(rf"{_STAMP}\t[@+%&~!]?(?P<nick>[^\s<>*-][^\s<>]{{0,40}})\t(?P<text>.*)")
_ACTION = re.compile(rf"{_STAMP}\s+\*\s+{_NICK}\s(?P<text>.*)")
_UNNAMED = re.sub(r"\?P<\w+>", "?:", _STAMP)
_NOTICE = re.compile(
    rf"(?:{_UNNAMED}\s+)?(?:-!-|\*{{3}}|===|-->|<--|--|\*\s+(?:Joins|Parts|Quits|Disconnected|Now talking|Topic)\b|"
    rf"Session (?:Start|Close|Time|Ident)).*|"
    rf"{_UNNAMED}\s+\*\s+\S+\s(?:\([^)]*\)\s|\[[^\]]*\]\s)?"
    rf"(?:has (?:joined|left|quit|changed the topic)|is now known as|sets mode).*",
    re.IGNORECASE,
)
_DAY = re.compile(r"(?:--- (?:Day changed|Log opened)|Session Start:|\*{4} (?:BEGIN LOGGING AT))\s+(.*)")


class Kind(Enum):
    SAID = "said"
    DONE = "done"
    NOTICE = "notice"
    OTHER = "other"


class Line(NamedTuple):
    """`time` is in seconds of the day; `date` is None where the line does not tell it."""

    kind: Kind
    nick: str = ""
    text: str = ""
    time: float = 0.0
    date: datetime | None = None


def read_line(line: str) -> Line:
    if found := _DAY.match(line):
        return Line(Kind.NOTICE, date=_day(found[1]))
    if _NOTICE.fullmatch(line):
        return Line(Kind.NOTICE)
    for kind, pattern in ((Kind.SAID, _SAID), (Kind.SAID, _TABBED), (Kind.DONE, _ACTION)):
        if found := pattern.fullmatch(line):
            return Line(kind, found["nick"], found["text"] or "", _time(found), _date(found["date"]))
    return Line(Kind.OTHER, text=line)


def _time(found: re.Match[str]) -> float:
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + 12 * (found["half"].lower() == "p")
    return hour * 3600.0 + int(found["minute"]) * 60 + int(found["second"] or 0)


def _date(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        return None


def _day(text: str) -> datetime | None:
    """Tue Jan 01 2019; Tue Jan 01 10:00:00 2019."""
    for form in ("%a %b %d %Y", "%a %b %d %H:%M:%S %Y"):
        try:
            return datetime.strptime(text.strip(), form).replace(hour=0, minute=0, second=0, tzinfo=UTC)
        except ValueError:
            continue
    return None
