"""Two recipes beside one another: every limit and setting in which they differ, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.curation.recipe import Recipe
from app.web import recipe_form
from app.web.recipe_fields import Field
from app.web.recipe_form import PREFERENCES, Part

OFF, ON = "off", "on"


@dataclass(frozen=True)
class Difference:
    """One line: what it is about, and how it stands on either side. `effect` is "stricter", "looser" or empty."""

    part: str
    title: str
    before: str
    after: str
    effect: str = ""


def differences(before: Recipe, after: Recipe) -> list[Difference]:
    """Rule by rule in the order of the form; empty where both decide alike."""
    old, new = recipe_form.shown(before), recipe_form.shown(after)
    rules = list(zip(old.rules, new.rules, strict=True))
    limits = [line for pair in rules for line in _limits(*pair)]
    settings = [line for pair in rules if _is_used(*pair) for line in _settings(*pair)]
    copies = [line for pair in zip(old.copies, new.copies, strict=True) for line in _copies(*pair)]
    sections = [line for pair in zip(old.sections, new.sections, strict=True) for line in _settings(*pair)]
    return limits + settings + copies + [*_survivors(old.survivors, new.survivors)] + sections


def _limits(before: Part, after: Part) -> Iterator[Difference]:
    for old, new in zip(before.limits, after.limits, strict=True):
        if (old.is_on, old.is_on and old.text) != (new.is_on, new.is_on and new.text):
            yield Difference(after.title, new.title, _limit(old), _limit(new), _effect(old, new))


def _settings(before: Part, after: Part) -> Iterator[Difference]:
    for old, new in zip(before.settings, after.settings, strict=True):
        if old.text != new.text:
            yield Difference(after.title, new.title, _setting(old), _setting(new))


def _copies(before: Part, after: Part) -> Iterator[Difference]:
    if before.is_on != after.is_on:
        words = (OFF, ON) if after.is_on else (ON, OFF)
        yield Difference("Copies", after.title, *words, "stricter" if after.is_on else "looser")
    elif after.is_on:
        yield from _settings(before, after)


def _survivors(before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    if before != after:
        words = [", then ".join(PREFERENCES[one] for one in side if one) or "read first" for side in (before, after)]
        yield Difference("Copies", "Which one stays", *words)


def _is_used(before: Part, after: Part) -> bool:
    return before.matters or after.matters


def _limit(one: Field) -> str:
    if not one.is_on:
        return OFF
    if one.rule is None or one.bound is None:
        return ON
    return f"{one.side} {one.rule.measure.words(one.bound)}"


def _effect(old: Field, new: Field) -> str:
    if old.is_on != new.is_on:
        return "stricter" if new.is_on else "looser"
    if old.bound is None or new.bound is None or old.rule is None:
        return ""
    return "stricter" if (new.bound > old.bound) == (old.rule.side == "min") else "looser"


def _setting(one: Field) -> str:
    if one.control == "check":
        return "yes" if one.text == "on" else "no"
    words = ", ".join(one.text.split("\n")).replace("_", " ") or "none"
    return f"{words} %" if one.unit == "%" else words
