"""Days in words: "14 March", and "Friday" for one that is near."""

from datetime import UTC, date, datetime, timedelta

from app.messages import say
from app.web.rendering import FILTERS

_WEEKDAYS = (
    say("Monday"),
    say("Tuesday"),
    say("Wednesday"),
    say("Thursday"),
    say("Friday"),
    say("Saturday"),
    say("Sunday"),
)
_MONTHS = (
    say("January"),
    say("February"),
    say("March"),
    say("April"),
    say("May"),
    say("June"),
    say("July"),
    say("August"),
    say("September"),
    say("October"),
    say("November"),
    say("December"),
)


def today() -> date:
    return datetime.now(UTC).date()


def day(value: date, now: date | None = None) -> str:
    """14 March; with the year where it is another one."""
    number, month = str(value.day), _MONTHS[value.month - 1]
    if value.year == (now or today()).year:
        return say("%(day)s\u00a0%(month)s", day=number, month=month)
    return say("%(day)s\u00a0%(month)s %(year)s", day=number, month=month, year=str(value.year))


def due(value: date, now: date | None = None) -> str:
    """today, tomorrow, Friday within a week, else the day."""
    away = (value - (now or today())).days
    if away in (0, 1):
        return (say("today"), say("tomorrow"))[away]
    return _WEEKDAYS[value.weekday()] if 1 < away < 7 else day(value, now)


def from_now(days: int) -> str:
    """The day so many days from today."""
    return day(today() + timedelta(days=days))


FILTERS.update(day=day, due=due, from_now=from_now)
