"""When a reader's day began. Browsers do not say where they are, so a script leaves the time zone in a cookie."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Request

COOKIE = "zone"


def day_began(request: Request, now: datetime | None = None) -> datetime:
    """Last midnight where the reader is; in UTC where that is not known."""
    here = (now or datetime.now(UTC)).astimezone(_zone(request.cookies.get(COOKIE, "")))
    return here.replace(hour=0, minute=0, second=0, microsecond=0)


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
