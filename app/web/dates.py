"""Days in words: "14 March", and "Friday" for one that is near."""

from datetime import UTC, date, datetime, timedelta

from app.web.rendering import FILTERS

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def today() -> date:
    return datetime.now(UTC).date()


def day(value: date, now: date | None = None) -> str:
    """14 March; with the year where it is another one."""
    year = "" if value.year == (now or today()).year else f" {value.year}"
    return f"{value.day}\u00a0{value:%B}{year}"


def due(value: date, now: date | None = None) -> str:
    """today, tomorrow, Friday within a week, else the day."""
    away = (value - (now or today())).days
    if away in (0, 1):
        return ("today", "tomorrow")[away]
    return _WEEKDAYS[value.weekday()] if 1 < away < 7 else day(value, now)


def from_now(days: int) -> str:
    """The day so many days from today."""
    return day(today() + timedelta(days=days))


FILTERS.update(day=day, due=due, from_now=from_now)
