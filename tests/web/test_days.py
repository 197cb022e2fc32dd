"""Midnight where the reader is."""

from datetime import UTC, datetime

import pytest
from fastapi import Request

from app.web.days import day_began


def visit(cookie: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", f"zone={cookie}".encode())]})


@pytest.mark.parametrize(("zone", "began"), [
    ("UTC", datetime(2026, 11, 21, tzinfo=UTC)),
    ("America/Los_Angeles", datetime(2026, 11, 20, 8, tzinfo=UTC)),
    ("Asia/Kolkata", datetime(2026, 11, 20, 18, 30, tzinfo=UTC)),
    ("", datetime(2026, 11, 21, tzinfo=UTC)),
    ("No/Such_Place", datetime(2026, 11, 21, tzinfo=UTC)),
    ("../../etc/passwd", datetime(2026, 11, 21, tzinfo=UTC)),
    ("a" * 300, datetime(2026, 11, 21, tzinfo=UTC)),
])  # fmt: skip
def test_day_began_at_the_readers_midnight(zone: str, began: datetime) -> None:
    assert day_began(visit(zone), datetime(2026, 11, 21, 4, 30, tzinfo=UTC)) == began
