"""What a spreadsheet shows for a cell: dates, percentages and decimals as its number format writes them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from app.curation.documents.office.xml import Node, attribute, child, children, descendants, local

_DATES = {14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 30, 36, 45, 46, 47, 50, 57}
_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0", 38: "#,##0", 39: "#,##0.00",
    40: "#,##0.00", 18: "h:mm", 19: "h:mm:ss", 20: "h:mm", 21: "h:mm:ss", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss",
    22: "yyyy-mm-dd hh:mm",
}  # fmt: skip
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_MOST_DAYS = 2_958_466


@dataclass(slots=True)
class _Written:
    """A number format, taken apart."""

    date: bool = False
    time: bool = False
    elapsed: bool = False
    percent: bool = False
    decimals: int | None = None
    grouped: bool = False
    before: str = ""
    after: str = ""


class Shown:
    """The number formats of a workbook, by the style that a cell names."""

    def __init__(self, styles: Node | None, since_1904: bool) -> None:
        self.origin = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        own = {
            attribute(node, "numFmtId"): attribute(node, "formatCode") or ""
            for node in (descendants(styles, "numFmt") if styles is not None else ())
        }
        formats = child(styles, "cellXfs")
        self._formats = [_format(attribute(node, "numFmtId"), own) for node in children(formats, "xf")]

    def of(self, style: str | None) -> _Written:
        at = int(style) if style and style.isdigit() else 0
        return self._formats[at] if at < len(self._formats) else _Written()


def _format(number: str | None, own: dict[str | None, str]) -> _Written:
    at = int(number) if number and number.isdigit() else 0
    code = own.get(number) or _BUILT_IN.get(at, "")
    return _Written(date=True) if at in _DATES and not code else taken_apart(code)


def taken_apart(code: str) -> _Written:
    """Only of the part for positive numbers."""
    code = code.split(";")[0]
    bare = _QUOTED.sub("", code)
    elapsed = re.search(r"\[[hms]+\]", bare, re.IGNORECASE) is not None
    bare = re.sub(r"\[\$([^\]-]*)[^\]]*\]", r'"\1"', re.sub(r"\[(?!\$)[^\]]*\]", "", code))
    plain = re.sub(r"_.|\*.", "", _QUOTED.sub("", bare))
    if elapsed or (re.search(r"[ymdhs]", plain, re.IGNORECASE) and not re.search("General", plain, re.IGNORECASE)):
        date = re.search(r"[yd]", plain, re.IGNORECASE) is not None or re.fullmatch(r"[mM]{3,}", plain) is not None
        return _Written(date=date, time=re.search(r"[hs]", plain, re.IGNORECASE) is not None, elapsed=elapsed)
    if not re.search(r"[0#?]", plain) or re.search(r"[eE/]", plain):
        return _Written()
    decimals = re.search(r"\.([0?#]*)", plain)
    texts = re.sub(r"_.|\*.", "", bare)
    digits = re.search(r"[0#?][0#?.,]*", texts)
    around = (texts[: digits.start()], texts[digits.end() :]) if digits else ("", "")
    before, after = (_literal(text) for text in around)
    count = len(decimals[1].rstrip("#")) if decimals else 0
    return _Written(False, False, False, "%" in plain, count, "#,#" in plain or "0,0" in plain, before, after)


def _literal(text: str) -> str:
    """Quoted text, and signs of currency that need no quotes."""
    said = _QUOTED.sub(lambda found: found[1] if found[1] is not None else found[2], text)
    return re.sub(r"[0#?%()]", "", said)


def column_of(reference: str | None, otherwise: int) -> int:
    """Counted from 0: A is 0."""
    letters = (reference or "").rstrip("0123456789")
    return _column(letters) if 0 < len(letters) < 4 else otherwise


@cache
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def shown(cell: Node, shared: list[str], formats: Shown) -> str:
    """The cell's text, of a formula its last result."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(node.text or "" for node in descendants(cell, "t") if local(node.getparent()) != "rPh").strip()
    text = next((node.text or "" for node in cell if node.tag.endswith("}v")), "")
    if kind == "s":
        return shared[int(text)].strip() if text.isdigit() and int(text) < len(shared) else ""
    if kind == "b":
        return {"1": "TRUE", "0": "FALSE"}.get(text, text)
    if kind in {"str", "e", "d"}:
        return text.strip()
    return _number(text, formats.of(cell.get("s")), formats.origin)


def _number(text: str, how: _Written, origin: datetime) -> str:
    try:
        value = float(text)
    except ValueError:
        return text.strip()
    if (how.date or how.time or how.elapsed) and 0 <= value < _MOST_DAYS:
        return _date(value, how, origin)
    if how.percent:
        return f"{how.before}{value * 100:.{how.decimals or 0}f}%{how.after}"
    if how.decimals is None:
        return general(value)
    digits = f"{value:{',' if how.grouped else ''}.{min(how.decimals, 15)}f}"
    return f"{how.before}{digits}{how.after}".strip()


def general(value: float) -> str:
    """Whole numbers in full, others as far as a double is exact."""
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return f"{value:.12g}"


def _date(value: float, how: _Written, origin: datetime) -> str:
    """As ISO 8601 writes it: a day and month in letters would depend on the reader's language."""
    seconds = round(value * 86_400)
    if how.elapsed or (how.time and not how.date):
        hours, rest = divmod(seconds, 3600)
        hours = hours if how.elapsed else hours % 24
        clock = f"{hours:02}:{rest // 60:02}"
        return f"{clock}:{rest % 60:02}" if rest % 60 else clock
    day = origin + timedelta(seconds=seconds)
    if not how.time:
        return f"{day:%Y-%m-%d}"
    return f"{day:%Y-%m-%d %H:%M:%S}" if day.second else f"{day:%Y-%m-%d %H:%M}"
