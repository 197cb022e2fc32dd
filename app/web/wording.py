"""How numbers, times and sentences are put into words on every page, in the language of its reader."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from babel import Locale
from markupsafe import Markup

from app.messages import Message, filled, in_english, say, say_many
from app.web.locales import SOURCE, catalogue, locale

SPACE = "\u00a0"  # a number and its unit stay on one line


class Wording:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    @cached_property
    def locale(self) -> Locale:
        return locale(self.language)

    @cached_property
    def signs(self) -> dict[int, str]:
        """What this language writes where English has a comma and a point between digits."""
        found = self.locale.number_symbols["latn"]
        return str.maketrans({",": found["group"], ".": found["decimal"]})

    def said(self, text: Any) -> Any:
        """A message in this language; anything else as it is."""
        if not isinstance(text, Message):
            return text
        return self.fill(self.template(text.id, text.plural, text.number), text.values)

    def template(self, one: str, many: str = "", num: int = 1) -> str:
        """What the catalogue has for a message, before its values are in it."""
        known = catalogue(self.language)
        return known.ngettext(one, many, num) if many else known.gettext(one)

    def fill(self, template: str, values: Mapping[str, Any]) -> str:
        return filled(template, {name: self.said(value) for name, value in values.items()}, self.number)

    def count(self, value: int) -> str:
        """65623 -> 65,623."""
        return self.number(value)

    def number(self, value: float) -> str:
        """A number with the signs of this language: 65,623 and 12.5."""
        return in_english(value).translate(self.signs)

    def signed(self, value: int) -> str:
        """886 -> +886; -886 -> −886, with a true minus; 0 -> 0."""
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{self.count(abs(value))}"

    def plural(self, value: int, one: str, many: str | None = None) -> str:
        """1, "sample" -> 1 sample; 2 -> 2 samples."""
        return self._tight(f"%(num)s {one}", f"%(num)s {many or one + 's'}", value)

    def percent(self, part: float, whole: float = 1) -> str:
        """A share in whole percent. It says 0 or 100 only where that is exactly so; an empty whole has no share."""
        if not whole:
            return "–"
        share = 100 * part / whole
        if 0 < share < 1:
            return self._under(f"1{SPACE}%")
        if 99 < share < 100:
            nearly = f"99{SPACE}%"
            return str(self.said(say("over %(amount)s", amount=nearly)))
        return f"{share:.0f}{SPACE}%"

    def duration(self, seconds: float | None) -> str:
        """Seconds as the two largest units: 1 min 10 s, 2 h 5 min, 3 days 4 h."""
        if seconds is None:
            return "–"
        if seconds < 1:
            return self._under(f"1{SPACE}s")
        left = round(seconds)
        if left < 60:
            return f"{left}{SPACE}s"
        if left < 3_600:
            return _two(f"{left // 60}{SPACE}min", left % 60, "s")
        if left < 86_400:
            return _two(f"{left // 3_600}{SPACE}h", left % 3_600 // 60, "min")
        days = self._counted(say_many("%(num)s day", "%(num)s days", left // 86_400))
        return _two(days, left % 86_400 // 3_600, "h")

    def size(self, value: int) -> str:
        """Bytes in decimal units: 1.4 MB."""
        if value < 999.95:
            return self._counted(say_many("%(num)s bytes", "%(num)s bytes", value))
        amount = float(value)
        for unit in ("bytes", "kB", "MB", "GB", "TB"):
            # 999.95 would be printed as 1000.0, which is the next unit's 1.0.
            if amount < 999.95 or unit == "TB":
                return f"{amount:.0f}{SPACE}{unit}" if amount >= 99.95 else f"{self.tenths(amount)}{SPACE}{unit}"
            amount /= 1_000
        raise AssertionError

    def tenths(self, value: float) -> str:
        """1.44 -> 1.4."""
        return f"{value:.1f}".translate(self.signs)

    def ago(self, value: datetime, now: datetime | None = None) -> str:
        """How long ago, roughly: 5 minutes ago, yesterday's hours as hours, then days."""
        seconds = int(((now or datetime.now(UTC)) - value).total_seconds())
        if seconds < 5:
            return str(self.said(say("just now")))
        if seconds < 60:
            return self._counted(say_many("%(num)s second ago", "%(num)s seconds ago", seconds))
        if seconds < 3_600:
            return self._counted(say_many("%(num)s minute ago", "%(num)s minutes ago", seconds // 60))
        if seconds < 86_400:
            return self._counted(say_many("%(num)s hour ago", "%(num)s hours ago", seconds // 3_600))
        return self._counted(say_many("%(num)s day ago", "%(num)s days ago", seconds // 86_400))

    def at(self, value: datetime) -> Markup:
        """A <time> in UTC; times.js turns it into the reader's own time."""
        moment = value.astimezone(UTC)
        words = say(
            "%(day)s %(month)s %(year)s, %(time)s UTC",
            day=str(moment.day),
            month=self.locale.months["format"]["wide"][moment.month],
            year=str(moment.year),
            time=moment.strftime("%H:%M"),
        )
        return Markup('<time datetime="{}">{}</time>').format(f"{moment:%Y-%m-%dT%H:%M:%SZ}", self.said(words))

    def _under(self, amount: str) -> str:
        return str(self.said(say("under %(amount)s", amount=amount)))

    def counted(self, one: str, many: str, num: int) -> str:
        """What the catalogue has for a message about a number: that and the word after it stay on one line."""
        return self.template(one, many, num).replace("%(num)s ", f"%(num)s{SPACE}")

    def _counted(self, message: Message) -> str:
        return self._tight(message.id, message.plural, message.number)

    def _tight(self, one: str, many: str, num: int) -> str:
        return self.fill(self.counted(one, many, num), {"num": num})


def _two(head: str, second: int, unit: str) -> str:
    return f"{head} {second}{SPACE}{unit}" if second else head


_english = Wording(SOURCE)
count, signed, plural, percent = _english.count, _english.signed, _english.plural, _english.percent
duration, size, ago, at = _english.duration, _english.size, _english.ago, _english.at
