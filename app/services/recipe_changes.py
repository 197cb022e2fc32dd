"""What changed from one recipe to the next, in words."""

from itertools import pairwise
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.bounds import Rule
from app.curation.deduplicator import Deduplicator
from app.curation.filter import Filter
from app.curation.measuring import all_rules
from app.curation.recipe import Recipe
from app.db import Json
from app.models import RecipeVersion, User

SIDES = {"min": "at least", "max": "at most"}


def described(session: Session, versions: list[RecipeVersion]) -> list[tuple[RecipeVersion, str, list[str]]]:
    """Each version, newest first, with who saved it and what it changed against the one before."""
    authors = {version.author_id for version in versions} - {None}
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(authors))).all())
    older = [between(before.recipe, after.recipe) for after, before in pairwise(versions)]
    changed = [*older, ["The first version"]] if versions else []
    return [
        (version, names.get(version.author_id or 0, ""), lines)
        for version, lines in zip(versions, changed, strict=True)
    ]


def between(before: Json, after: Json) -> list[str]:
    """One line per change; empty where nothing changed."""
    try:
        found = _limit_lines(before, after) + _setting_lines(before, after) + _copies(before, after)
        return found + _preferences(before, after)
    except ValidationError:
        return ["Uses a rule that this installation does not have"]


def _limit_lines(before: Json, after: Json) -> list[str]:
    old, new = _limits(before), _limits(after)
    codes = [*new, *(code for code in old if code not in new)]
    return [_limit_line(code, old.get(code), new.get(code)) for code in codes if old.get(code) != new.get(code)]


def _setting_lines(before: Json, after: Json) -> list[str]:
    """Settings of what both versions use; what was switched on or off is said elsewhere."""
    old, new = _settings(before), _settings(after)
    names = sorted(old.keys() & new.keys())
    return [f"{name}: {_said(old[name])} → {_said(new[name])}" for name in names if old[name] != new[name]]


def _limits(recipe: Json) -> dict[str, float]:
    return {limit.rule.reason: limit.bound for limit in Recipe.model_validate(recipe).limits}


def _limit_line(code: str, before: float | None, after: float | None) -> str:
    rule = all_rules()[code]
    if after is None:
        return f"{rule.title}: switched off"
    if before is None:
        return f"{rule.title}: switched on{_bound(rule, after)}"
    return f"{rule.title}: {SIDES[rule.side]} {rule.measure.words(before)} → {rule.measure.words(after)}"


def _bound(rule: Rule, bound: float) -> str:
    return "" if rule.measure.kind == "flag" else f", {SIDES[rule.side]} {rule.measure.words(bound)}"


def _settings(recipe: Json) -> dict[str, Any]:
    """Fields that are no limits, by the title that the form gives them."""
    loaded = Recipe.model_validate(recipe)
    parts: list[Filter | Deduplicator] = [*loaded.filters.values(), *loaded.deduplication.values()]
    bounds = {id(part): set(getattr(part, "rules", dict)()) for part in parts}
    return {
        f"{info.title or field} ({part.key()})": getattr(part, field)
        for part in parts
        for field, info in type(part).model_fields.items()
        if field not in bounds[id(part)]
    }


def _copies(before: Json, after: Json) -> list[str]:
    old, new = set(before.get("deduplication", {})), set(after.get("deduplication", {}))
    return [f"Copies found by {key}: switched on" for key in sorted(new - old)] + [
        f"Copies found by {key}: switched off" for key in sorted(old - new)
    ]


def _preferences(before: Json, after: Json) -> list[str]:
    old, new = (", then ".join(recipe.get("survivors", ())) or "the first" for recipe in (before, after))
    return [f"Of near-duplicates stays: {old} → {new}"] if old != new else []


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (", ".join(map(str, value)) or "none") if isinstance(value, list) else str(value)
