"""One line of a WhatsApp chat: when and by whom, in the many ways in which telephones write dates."""

import itertools
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_DATE = r"(\d{1,4})\.?\s?([./-])\s?(\d{1,2})\.?\s?[./-]\s?(\d{1,4})\.?"
_TIME = r"(上午|下午|午前|午後|오전|오후)?\s?(\d{1,2})[:.h](\d{2})(?:[:.](\d{2}))?(?:\s?([AaPp])\.?\s?[Mm]\.?)?"
_STAMP = rf"{_DATE},?\s(?:at\s|um\s|kl\.?\s|à\s|alle\s|às\s|a\slas\s)?{_TIME}"
_START = re.compile(rf"(?:\[{_STAMP}\]\s?|{_STAMP}\s[-–]\s)(.*)", re.DOTALL)
_GROUPS = 8
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_FIRST = re.compile("\u200e*(?=[\\[\\d])")
_SPOKEN = re.compile(r"([^:\n“”\"]{1,80}):(?:\s(.*)|$)", re.DOTALL)
_AFTERNOON = ("下午", "午後", "오후")


class Start(NamedTuple):
    """The beginning of a message. `numbers` are the three of the date, in the order of the line.

    `speaker` is empty where WhatsApp itself tells something. `by_program`: the text opens with the mark that WhatsApp
    puts before its own words.
    """

    numbers: tuple[int, int, int]
    mark: str
    time: tuple[int, int, int]
    speaker: str
    text: str
    by_program: bool = False


def start_of(line: str) -> Start | None:
    """None where the line goes on with the message before it."""
    found = _START.fullmatch(_FIRST.sub("", line, count=1))
    if not found:
        return None
    parts = found.groups()
    first, mark, second, third, before, hour, minute, second_, after = parts[:9] if parts[0] else parts[9:18]
    time = (_hour(int(hour), before, after), int(minute), int(second_ or 0))
    if time[0] > 23 or time[1] > 59 or time[2] > 59:
        return None
    speaker, text = _spoken(parts[18])
    return Start(
        (int(first), int(second), int(third)), mark, time, speaker, _BIDI.sub("", text), text.startswith("\u200e")
    )


def _spoken(rest: str) -> tuple[str, str]:
    found = _SPOKEN.match(rest)
    if not found:
        return "", rest
    return _BIDI.sub("", found[1]).strip().lstrip("~").strip(), found[2] or ""


def _hour(hour: int, before: str | None, after: str | None) -> int:
    if not before and not after:
        return hour
    afternoon = before in _AFTERNOON or (after or "").lower() == "p"
    return hour % 12 + 12 * afternoon


class Order(NamedTuple):
    """Where year, month and day stand in a date of three numbers."""

    year: int
    month: int
    day: int


def order_of(starts: Iterable[Start]) -> Order:
    """The one that fits every date; where several do, day before month unless the dates then run backwards."""
    numbers = list(dict.fromkeys(start.numbers for start in starts))
    if any(first > 31 for first, _, _ in numbers):
        return Order(0, 1, 2)
    if any(second > 12 for _, second, _ in numbers):
        return Order(2, 0, 1)
    day_first, month_first = Order(2, 1, 0), Order(2, 0, 1)
    if any(first > 12 for first, _, _ in numbers):
        return day_first
    return month_first if _backwards(numbers, month_first) < _backwards(numbers, day_first) else day_first


def seconds(start: Start, order: Order) -> float | None:
    """None for a day that is in no calendar."""
    year = start.numbers[order.year]
    try:
        day = datetime(year + 2000 * (year < 100), start.numbers[order.month], start.numbers[order.day], tzinfo=UTC)
    except ValueError:
        return None
    hour, minute, second = start.time
    return (day + timedelta(hours=hour, minutes=minute, seconds=second)).timestamp()


def _backwards(numbers: list[tuple[int, int, int]], order: Order) -> int:
    days = [(date[order.year], date[order.month], date[order.day]) for date in numbers]
    return sum(later < earlier for earlier, later in itertools.pairwise(days))
