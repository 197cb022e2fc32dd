"""A recipe as lines that a person reads: rules with their bounds, settings, duplicates, decontamination."""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from pydantic import BaseModel

from app.curation.bounds import rule_of
from app.curation.recipe import Recipe

Key: TypeAlias = tuple[str, str, str]
OFF = "off"


class Line(NamedTuple):
    """One rule or setting: the part of the recipe, its name there, its value as a person says it, and as it is."""

    part: str
    name: str
    value: str
    exact: Any


def lines(recipe: Recipe) -> dict[Key, Line]:
    """What the recipe does, in order, by section, plugin and field. Rules that are off are left out."""
    return dict(_all(recipe))


def differences(before: Recipe, after: Recipe) -> list[tuple[str, ...]]:
    """Part, name, value before and after of every line that differs; empty where both decide alike."""
    old, new = lines(before), lines(after)
    keys = [*old, *(key for key in new if key not in old)]
    return [_difference(old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)]


def _difference(before: Line | None, after: Line | None) -> tuple[str, ...]:
    one = before or after
    part, name = (one.part, one.name) if one else ("", "")
    values = [line.value if line else OFF for line in (before, after)]
    if values[0] == values[1]:  # they differ in places that words leave out
        values = [str(line.exact) if line else OFF for line in (before, after)]
    return part, name, *values


def _all(recipe: Recipe) -> Iterator[tuple[Key, Line]]:
    for name, one in recipe.filters.items():
        yield from _fields("filters", name, one)
    for name, deduplicator in recipe.deduplication.items():
        yield from _fields("deduplication", name, deduplicator)
    yield from _fields("", "decontamination", recipe.decontamination)


def _fields(section: str, part: str, model: BaseModel) -> Iterator[tuple[Key, Line]]:
    for name, field in type(model).model_fields.items():
        value, rule = getattr(model, name), rule_of(field)
        if rule is None:
            yield (section, part, name), Line(part, name, _words(value), value)
        elif value is not None:
            side = "at least" if rule.side == "min" else "at most"
            yield (section, part, name), Line(part, name, f"{side} {rule.measure.words(value)}", value)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return OFF if value is None else str(value)
