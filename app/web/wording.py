"""How numbers and times are put into words on every page."""

from datetime import UTC, datetime

from markupsafe import Markup

SPACE = "\u00a0"  # a number and its unit stay on one line
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def count(value: int) -> str:
    """65623 -> 65,623."""
    return f"{value:,}"


def signed(value: int) -> str:
    """886 -> +886; -886 -> −886, with a true minus; 0 -> 0."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{abs(value):,}"


def plural(value: int, one: str, many: str | None = None) -> str:
    """1, "sample" -> 1 sample; 2 -> 2 samples."""
    return f"{count(value)}{SPACE}{one if value == 1 else many or one + 's'}"


def percent(part: float, whole: float = 1) -> str:
    """A share in whole percent. It says 0 or 100 only where that is exactly so; an empty whole has no share."""
    if not whole:
        return "–"
    share = 100 * part / whole
    if 0 < share < 1:
        return f"under 1{SPACE}%"
    if 99 < share < 100:
        return f"over 99{SPACE}%"
    return f"{share:.0f}{SPACE}%"


def duration(seconds: float | None) -> str:
    """Seconds as the two largest units: 1 min 10 s, 2 h 5 min, 3 days 4 h."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"under 1{SPACE}s"
    left = round(seconds)
    if left < 60:
        return f"{left}{SPACE}s"
    if left < 3_600:
        return _two(left // 60, "min", left % 60, "s")
    if left < 86_400:
        return _two(left // 3_600, "h", left % 3_600 // 60, "min")
    return _two(left // 86_400, "day" if left < 172_800 else "days", left % 86_400 // 3_600, "h")


def size(value: int) -> str:
    """Bytes in decimal units: 1.4 MB."""
    amount = float(value)
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        # 999.95 would be printed as 1000.0, which is the next unit's 1.0.
        if amount < 999.95 or unit == "TB":
            return f"{amount:.0f}{SPACE}{unit}" if unit == "bytes" or amount >= 99.95 else f"{amount:.1f}{SPACE}{unit}"
        amount /= 1_000
    raise AssertionError


def ago(value: datetime, now: datetime | None = None) -> str:
    """How long ago, roughly: 5 minutes ago, yesterday's hours as hours, then days."""
    seconds = ((now or datetime.now(UTC)) - value).total_seconds()
    if seconds < 5:
        return "just now"
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        if seconds >= length:
            return plural(int(seconds // length), unit) + " ago"
    raise AssertionError


def at(value: datetime) -> Markup:
    """A <time> in UTC; times.js turns it into the reader's own time."""
    moment = value.astimezone(UTC)
    words = f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(f"{moment:%Y-%m-%dT%H:%M:%SZ}", words)


def _two(first: int, first_unit: str, second: int, second_unit: str) -> str:
    head = f"{first}{SPACE}{first_unit}"
    return f"{head} {second}{SPACE}{second_unit}" if second else head
