"""The numbers that Word shows before headings and clauses: they stand nowhere in the text, only how they are counted."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.curation.documents.office.xml import Node, attribute, child, children
from app.curation.documents.pandoc.lists import roman
from app.curation.documents.pandoc.styles import heading_level, is_code

_MOST_LEVELS = 9
_DEPTH = 20
_NAMED = re.compile(r"[^\W\d_%]{2,}.*%")
"""Article %1, Table %1: a number with a word before it belongs to the text wherever it stands."""


@dataclass(slots=True)
class _Level:
    start: int = 1
    kind: str = "decimal"
    text: str = ""
    legal: bool = False
    style: str = ""
    restart: int | None = None
    """The level, counted from 1, after which this one starts anew: none where it is 0, any above it where untold."""


@dataclass(slots=True)
class _Style:
    name: str = ""
    parent: str = ""
    number: str = ""
    level: int | None = None
    outline: int | None = None


class Numbering:
    """Counts through the paragraphs of one document, in their order."""

    def __init__(self, numbering: Node | None, styles: Node | None) -> None:
        self._styles = {attribute(node, "styleId") or "": _style(node) for node in children(styles, "style")}
        self._default = next(
            (
                attribute(node, "styleId") or ""
                for node in children(styles, "style")
                if attribute(node, "type") == "paragraph" and attribute(node, "default") in {"1", "true"}
            ),
            "",
        )
        self._abstract = {attribute(node, "abstractNumId") or "": node for node in children(numbering, "abstractNum")}
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counted_as: dict[str, str] = {}
        for node in children(numbering, "num"):
            self._add(node)
        self._counters: dict[str, dict[int, int]] = {}
        self._clauses: set[str] = set()

    def _add(self, node: Node) -> None:
        number, abstract = attribute(node, "numId") or "", _value(child(node, "abstractNumId")) or ""
        levels = _levels(self._linked(self._abstract.get(abstract)))
        restarted = False
        for override in children(node, "lvlOverride"):
            at = _integer(attribute(override, "ilvl")) or 0
            changed = child(override, "lvl")
            if changed is not None:
                levels[at] = _level(changed)
            start = _integer(_value(child(override, "startOverride")))
            if start is not None:
                restarted = True
                levels.setdefault(at, _Level()).start = start
        self._levels[number] = levels
        self._counted_as[number] = number if restarted else f"abstract {abstract}"

    def _linked(self, node: Node | None) -> Node | None:
        """A numbering may point to the one that defines a style of lists."""
        link = _value(child(node, "numStyleLink"))
        named = (other for other in self._abstract.values() if link and _value(child(other, "styleLink")) == link)
        return next(named, node)

    def look_at(self, paragraphs: Iterable[Node]) -> None:
        """Where a clause such as 4.2 is used, the 4 above it is a clause as well and no item of a list."""
        for paragraph in paragraphs:
            number, at = self._place(paragraph)
            level = self._levels.get(number, {}).get(at)
            if (
                level is not None
                and level.kind != "bullet"
                and level.text.count("%") > 1
                and not _NAMED.match(level.text)
            ):
                self._clauses.add(self._counted_as[number])

    def next(self, paragraph: Node) -> str:
        """The number to be written out before this paragraph; empty where none is shown or pandoc makes a list of it."""
        number, at = self._place(paragraph)
        level = self._levels.get(number, {}).get(at)
        if level is None:
            return ""
        shown = self._count(number, at)
        clause = (self._counted_as[number] in self._clauses and "%" in level.text) or _NAMED.match(level.text)
        return shown if clause or self._is_heading(paragraph) else ""

    def _place(self, paragraph: Node) -> tuple[str, int]:
        """The numbering and the level that count this paragraph: its own, or its style's."""
        style = self._style_of(paragraph)
        told = child(paragraph, "pPr", "numPr")
        number = _value(child(told, "numId")) or str(self._find(style, "number") or "")
        at = _integer(_value(child(told, "ilvl")))
        return number, self._level_of(style, number) if at is None else at

    def _level_of(self, style: str, number: str) -> int:
        """Of a style that numbers: its own level, or the level of the numbering that names the style."""
        named = next((at for at, level in self._levels.get(number, {}).items() if level.style == style), None)
        return named if named is not None else self._find(style, "level") or 0

    def _find(self, style: str, what: str) -> Any:
        """From the style, or the first that it is based on and that says so."""
        return next((value for known in self._line(style) if (value := getattr(known, what)) not in {None, ""}), None)

    def _line(self, style: str) -> Iterator[_Style]:
        """The style and those that it is based on."""
        for _ in range(_DEPTH):
            known = self._styles.get(style)
            if known is None:
                return
            yield known
            style = known.parent

    def is_code(self, paragraph: Node) -> bool:
        return any(is_code(known.name) for known in self._line(self._style_of(paragraph)))

    def _style_of(self, paragraph: Node) -> str:
        return _value(child(paragraph, "pPr", "pStyle")) or self._default

    def _is_heading(self, paragraph: Node) -> bool:
        style = self._style_of(paragraph)
        outline = self._find(style, "outline")
        return outline not in {None, 9} or any(heading_level(known.name) for known in self._line(style))

    def _count(self, number: str, at: int) -> str:
        levels = self._levels[number]
        values = self._counters.setdefault(self._counted_as[number], {})
        for deeper in [level for level in values if level > at and _restarts(levels.get(level), at)]:
            del values[deeper]
        for above in range(at):
            values.setdefault(above, levels.get(above, _Level()).start)
        values[at] = values[at] + 1 if at in values else levels[at].start
        return _shown(levels, values, at)


def _restarts(level: _Level | None, after: int) -> bool:
    return level is None or level.restart is None or after < level.restart


def _shown(levels: dict[int, _Level], values: dict[int, int], at: int) -> str:
    if levels[at].kind in {"bullet", "none"}:
        return ""

    def one(found: re.Match[str]) -> str:
        place = int(found[1]) - 1
        kind = "decimal" if levels[at].legal else levels.get(place, _Level()).kind
        return _numeral(values.get(place, 1), kind)

    return re.sub(r"%([1-9])", one, levels[at].text).strip()


def _numeral(number: int, kind: str) -> str:
    match kind:
        case "lowerLetter" | "upperLetter":
            letter = chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1) if number > 0 else ""
            return letter.upper() if kind == "upperLetter" else letter
        case "lowerRoman" | "upperRoman":
            text = roman(number) if 0 < number < 4000 else str(number)
            return text.upper() if kind == "upperRoman" else text
        case "decimalZero":
            return f"{number:02}"
        case "none":
            return ""
    return str(number)


def _levels(node: Node | None) -> dict[int, _Level]:
    found = {_integer(attribute(level, "ilvl")) or 0: _level(level) for level in children(node, "lvl")}
    return {at: level for at, level in found.items() if at < _MOST_LEVELS}


def _level(node: Node) -> _Level:
    start = _integer(_value(child(node, "start")))
    return _Level(
        1 if start is None else start,
        _value(child(node, "numFmt")) or "decimal",
        _value(child(node, "lvlText")) or "",
        child(node, "isLgl") is not None,
        _value(child(node, "pStyle")) or "",
        _integer(_value(child(node, "lvlRestart"))),
    )


def _style(node: Node) -> _Style:
    settings = child(node, "pPr")
    return _Style(
        _value(child(node, "name")) or "",
        _value(child(node, "basedOn")) or "",
        _value(child(settings, "numPr", "numId")) or "",
        _integer(_value(child(settings, "numPr", "ilvl"))),
        _integer(_value(child(settings, "outlineLvl"))),
    )


def _value(node: Node | None) -> str | None:
    return attribute(node, "val")


def _integer(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,9}", text) else None
