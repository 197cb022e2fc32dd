"""The numbers that Word shows before headings and clauses: they stand nowhere in the text, only how they are counted."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from app.curation.documents.office.levels import (
    Level,
    Style,
    integer,
    level_of,
    levels_of,
    restarts,
    shown,
    style_of,
    value_of,
)
from app.curation.documents.office.xml import Node, attribute, child, children
from app.curation.documents.pandoc.styles import heading_level, is_code

_DEPTH = 20
_NAMED = re.compile(r"[^\W\d_%]{2,}.*%")
"""Article %1, Table %1: a number with a word before it belongs to the text wherever it stands."""


class Numbering:
    """Counts through the paragraphs of one document, in their order."""

    def __init__(self, numbering: Node | None, styles: Node | None) -> None:
        self._styles = {attribute(node, "styleId") or "": style_of(node) for node in children(styles, "style")}
        self._default = next(
            (
                attribute(node, "styleId") or ""
                for node in children(styles, "style")
                if attribute(node, "type") == "paragraph" and attribute(node, "default") in {"1", "true"}
            ),
            "",
        )
        self._abstract = {attribute(node, "abstractNumId") or "": node for node in children(numbering, "abstractNum")}
        self._levels: dict[str, dict[int, Level]] = {}
        self._counted_as: dict[str, str] = {}
        for node in children(numbering, "num"):
            self._add(node)
        self._counters: dict[str, dict[int, int]] = {}
        self._clauses: set[str] = set()

    def _add(self, node: Node) -> None:
        number, abstract = attribute(node, "numId") or "", value_of(child(node, "abstractNumId")) or ""
        levels = levels_of(self._linked(self._abstract.get(abstract)))
        restarted = False
        for override in children(node, "lvlOverride"):
            at = integer(attribute(override, "ilvl")) or 0
            changed = child(override, "lvl")
            if changed is not None:
                levels[at] = level_of(changed)
            start = integer(value_of(child(override, "startOverride")))
            if start is not None:
                restarted = True
                levels.setdefault(at, Level()).start = start
        self._levels[number] = levels
        self._counted_as[number] = number if restarted else f"abstract {abstract}"

    def _linked(self, node: Node | None) -> Node | None:
        """A numbering may point to the one that defines a style of lists."""
        link = value_of(child(node, "numStyleLink"))
        named = (other for other in self._abstract.values() if link and value_of(child(other, "styleLink")) == link)
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
        number = value_of(child(told, "numId")) or str(self._find(style, "number") or "")
        at = integer(value_of(child(told, "ilvl")))
        return number, self._level_of(style, number) if at is None else at

    def _level_of(self, style: str, number: str) -> int:
        """Of a style that numbers: its own level, or the level of the numbering that names the style."""
        named = next((at for at, level in self._levels.get(number, {}).items() if level.style == style), None)
        return named if named is not None else self._find(style, "level") or 0

    def _find(self, style: str, what: str) -> Any:
        """From the style, or the first that it is based on and that says so."""
        return next((value for known in self._line(style) if (value := getattr(known, what)) not in {None, ""}), None)

    def _line(self, style: str) -> Iterator[Style]:
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
        return value_of(child(paragraph, "pPr", "pStyle")) or self._default

    def _is_heading(self, paragraph: Node) -> bool:
        style = self._style_of(paragraph)
        outline = self._find(style, "outline")
        return outline not in {None, 9} or any(heading_level(known.name) for known in self._line(style))

    def _count(self, number: str, at: int) -> str:
        levels = self._levels[number]
        values = self._counters.setdefault(self._counted_as[number], {})
        for deeper in [level for level in values if level > at and restarts(levels.get(level), at)]:
            del values[deeper]
        for above in range(at):
            values.setdefault(above, levels.get(above, Level()).start)
        values[at] = values[at] + 1 if at in values else levels[at].start
        return shown(levels, values, at)
