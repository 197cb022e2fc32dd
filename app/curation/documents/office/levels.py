"""How a Word document numbers: the levels of its lists, and what its styles say of them."""

import re
from dataclasses import dataclass

from app.curation.documents.office.xml import Node, attribute, child, children
from app.curation.documents.pandoc.lists import roman

_MOST_LEVELS = 9


@dataclass(slots=True)
class Level:
    start: int = 1
    kind: str = "decimal"
    text: str = ""
    legal: bool = False
    style: str = ""
    restart: int | None = None
    """The level, counted from 1, after which this one starts anew: none where it is 0, any above it where untold."""


@dataclass(slots=True)
class Style:
    name: str = ""
    parent: str = ""
    number: str = ""
    level: int | None = None
    outline: int | None = None


def restarts(level: Level | None, after: int) -> bool:
    return level is None or level.restart is None or after < level.restart


def shown(levels: dict[int, Level], values: dict[int, int], at: int) -> str:
    if levels[at].kind in {"bullet", "none"}:
        return ""

    def one(found: re.Match[str]) -> str:
        place = int(found[1]) - 1
        kind = "decimal" if levels[at].legal else levels.get(place, Level()).kind
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


def levels_of(node: Node | None) -> dict[int, Level]:
    found = {integer(attribute(level, "ilvl")) or 0: level_of(level) for level in children(node, "lvl")}
    return {at: level for at, level in found.items() if at < _MOST_LEVELS}


def level_of(node: Node) -> Level:
    start = integer(value_of(child(node, "start")))
    return Level(
        1 if start is None else start,
        value_of(child(node, "numFmt")) or "decimal",
        value_of(child(node, "lvlText")) or "",
        child(node, "isLgl") is not None,
        value_of(child(node, "pStyle")) or "",
        integer(value_of(child(node, "lvlRestart"))),
    )


def style_of(node: Node) -> Style:
    settings = child(node, "pPr")
    return Style(
        value_of(child(node, "name")) or "",
        value_of(child(node, "basedOn")) or "",
        value_of(child(settings, "numPr", "numId")) or "",
        integer(value_of(child(settings, "numPr", "ilvl"))),
        integer(value_of(child(settings, "outlineLvl"))),
    )


def value_of(node: Node | None) -> str | None:
    return attribute(node, "val")


def integer(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,9}", text) else None
