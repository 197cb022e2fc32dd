"""The recipe as a form: built from the fields of every plugin, and read back. It knows no single filter."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from inspect import getmodule
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from app.curation.bounds import Rule, rule_of
from app.curation.deduplicator import deduplicators
from app.curation.filter import filters
from app.curation.recipe import Recipe

Typed = Mapping[str, str]
_PLAIN = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{0,10})?")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
SIDES = {"min": "at least", "max": "at most"}


@dataclass(frozen=True)
class Field:
    """One control: `text` is what stands in it, `usual` what stands there where nobody has changed it.

    `rule` is set for a limit, which can also be switched off.
    """

    name: str
    title: str
    help: str
    control: Literal["number", "check", "choice", "words", "switch"]
    text: str
    unit: str = ""
    is_on: bool = True
    rule: Rule | None = None
    choices: tuple[str, ...] = ()
    error: str = ""
    usual: str = ""

    @property
    def side(self) -> str:
        return SIDES[self.rule.side] if self.rule else ""

    @property
    def bound(self) -> float | None:
        """The limit as the stored measures have it, for the drawing; None while it is off or not a number."""
        if self.rule is None or not self.is_on or self.control == "switch":
            return None
        return self._stored(self.text)

    @property
    def usual_bound(self) -> float | None:
        """The limit that the filter itself sets; None where it sets none."""
        return self._stored(self.usual)

    def _stored(self, text: str) -> float | None:
        number = _number(text)
        return number if number is None or self.unit != "%" else number / 100


@dataclass(frozen=True)
class Part:
    """One filter or deduplicator: its name for people, what it does, and its controls."""

    name: str
    title: str
    about: str
    is_on: bool
    limits: list[Field] = field(default_factory=list)
    settings: list[Field] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.name.partition(".")[2]

    @property
    def matters(self) -> bool:
        """Whether a recipe needs to hold this filter: a limit is on, or a setting is not as usual."""
        return any(one.is_on for one in self.limits) or any(one.text != one.usual for one in self.settings)

    @property
    def has_errors(self) -> bool:
        return any(one.error for one in [*self.limits, *self.settings])


class Unreadable(Exception):
    """The form holds what cannot be a recipe; its parts are ready to be shown again with an error by each field."""

    def __init__(self, rules: list[Part], copies: list[Part]) -> None:
        super().__init__("The recipe was not saved.")
        self.rules = rules
        self.copies = copies


def shown(recipe: Recipe) -> tuple[list[Part], list[Part]]:
    """The form of a recipe: its filters, then its deduplicators."""
    return (
        [_part("filters", key, kind, recipe.filters.get(key)) for key, kind in filters().items()],
        [_part("deduplication", key, kind, recipe.deduplication.get(key)) for key, kind in deduplicators().items()],
    )


def read(typed: Typed, on: set[str], title: str = "") -> Recipe:
    """The recipe that a person filled in. Unreadable names every field at fault."""
    rules = [_typed_part("filters", key, kind, typed, on) for key, kind in filters().items()]
    copies = [_typed_part("deduplication", key, kind, typed, on) for key, kind in deduplicators().items()]
    if any(part.has_errors for part in [*rules, *copies]):
        raise Unreadable(rules, copies)
    return Recipe.model_validate(
        {
            "title": title,
            "filters": {part.key: _values(part) for part in rules if part.matters},
            "deduplication": {part.key: _values(part) for part in copies if part.is_on},
        }
    )


def typed_limit(name: str, typed: Typed, on: set[str]) -> Field | None:
    """One limit by the name of its control; None where there is no such limit."""
    key, _, field = name.partition(".")[2].partition(".")
    kind = filters().get(key)
    info = kind.model_fields.get(field) if kind else None
    return _typed_field(name, info, typed, on) if info and rule_of(info) else None


def usual(key: str) -> set[str]:
    """The names of the limits that a filter sets when nobody says otherwise."""
    kind = filters().get(key)
    named = kind.rules() if kind else {}
    return {f"filters.{key}.{name}" for name in named if kind and kind.model_fields[name].default is not None}


def name_of(kind: type) -> str:
    """What people call a plugin: the words before the colon in its module's first line."""
    return ((getmodule(kind).__doc__ or "").partition(":")[0]).strip()


def _part(group: str, key: str, kind: type[BaseModel], chosen: BaseModel | None) -> Part:
    values = chosen.model_dump() if chosen else {}
    name = f"{group}.{key}"
    controls = [
        _shown_field(f"{name}.{field}", info, values.get(field), bool(chosen))
        for field, info in kind.model_fields.items()
    ]
    return _with_controls(name, kind, chosen is not None, controls)


def _typed_part(group: str, key: str, kind: type[BaseModel], typed: Typed, on: set[str]) -> Part:
    name = f"{group}.{key}"
    controls = [_typed_field(f"{name}.{field}", info, typed, on) for field, info in kind.model_fields.items()]
    part = _with_controls(name, kind, name in on or group == "filters", controls)
    return _checked(part, kind) if part.is_on else part


def _with_controls(name: str, kind: type[BaseModel], is_on: bool, controls: list[Field]) -> Part:
    about = " ".join((kind.__doc__ or "").split())
    limits = [one for one in controls if one.rule]
    return Part(name, name_of(kind), about, is_on, limits, [one for one in controls if not one.rule])


def _shown_field(name: str, info: FieldInfo, value: Any, is_chosen: bool) -> Field:
    if (rule := rule_of(info)) is not None:
        bound = value if is_chosen else None
        text = _bound_text(bound if bound is not None else info.default, rule)
        return _limit(name, info, rule, text, bound is not None)
    return _setting(name, info, _text(value if is_chosen else info.get_default(call_default_factory=True), info))


def _typed_field(name: str, info: FieldInfo, typed: Typed, on: set[str]) -> Field:
    if (rule := rule_of(info)) is not None:
        return _limit(name, info, rule, typed.get(name, "").strip(), name in on)
    control = _control(info)
    return _setting(name, info, ("on" if name in on else "") if control == "check" else typed.get(name, "").strip())


def _limit(name: str, info: FieldInfo, rule: Rule, text: str, is_on: bool) -> Field:
    control: Literal["switch", "number"] = "switch" if rule.measure.kind == "flag" else "number"
    title = rule.title if control == "switch" else rule.measure.title
    unit = "%" if _is_percent(rule) else rule.measure.unit
    error = "Type a number, or switch the rule off." if is_on and control == "number" and _number(text) is None else ""
    usual = _bound_text(info.default, rule)
    return Field(name, title, rule.help, control, text, unit, is_on, rule, error=error, usual=usual)


def _bound_text(bound: float | None, rule: Rule) -> str:
    return "" if bound is None else _number_text(bound, _is_percent(rule))


def _setting(name: str, info: FieldInfo, text: str) -> Field:
    choices = tuple(map(str, get_args(info.annotation))) if get_origin(info.annotation) is Literal else ()
    unit = "%" if _is_share(info) else ""
    usual = _text(info.get_default(call_default_factory=True), info)
    title, help = info.title or name.rpartition(".")[2], info.description or ""
    return Field(name, title, help, _control(info), text, unit, choices=choices, usual=usual)


def _control(info: FieldInfo) -> Literal["number", "check", "choice", "words"]:
    if get_origin(info.annotation) is Literal:
        return "choice"
    if info.annotation is bool:
        return "check"
    return "number" if info.annotation in {int, float} else "words"


def _values(part: Part) -> dict[str, Any]:
    """What the plugin's model is given; a limit that is off is an explicit None, because its default may be on."""
    return {one.name.rpartition(".")[2]: _value(one) for one in [*part.limits, *part.settings]}


def _value(one: Field) -> Any:
    if one.rule and not one.is_on:
        return None
    if one.control == "switch":
        return 0 if one.rule and one.rule.side == "max" else 1
    if one.control == "check":
        return one.text == "on"
    if one.control == "words":
        return [word for word in one.text.replace(",", " ").split() if word]
    if one.control == "choice":
        return one.text
    number = _number(one.text)
    if number is not None and one.unit == "%":
        return round(number / 100, 10)
    return int(number) if number is not None and number == int(number) else number


def _checked(part: Part, kind: type[BaseModel]) -> Part:
    """The part with one message by each field that its own model refuses."""
    try:
        kind.model_validate(_values(part))
    except ValidationError as error:
        found = {str(item["loc"][0]): item["msg"] for item in error.errors()}
        marked: Callable[[Field], Field] = lambda one: _marked(one, found.get(one.name.rpartition(".")[2]))  # noqa: E731
        return replace(part, limits=[*map(marked, part.limits)], settings=[*map(marked, part.settings)])
    return part


def _marked(one: Field, message: str | None) -> Field:
    if message is None or one.error:
        return one
    sentence = f"{message.removeprefix('Value error, ').removeprefix('Input ').capitalize().rstrip('.')}."
    return replace(one, error=sentence)


def _is_percent(rule: Rule) -> bool:
    return rule.measure.kind == "share"


def _is_share(info: FieldInfo) -> bool:
    """A float between 0 and 1 is a share, which people type in percent."""
    limits = {type(item).__name__: getattr(item, type(item).__name__.lower(), None) for item in info.metadata}
    return info.annotation is float and limits.get("Le") == 1 and (limits.get("Ge") or 0) >= 0


def _text(value: Any, info: FieldInfo) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, int | float):
        return _number_text(value, _is_share(info))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _number_text(value: float, is_percent: bool) -> str:
    shown = value * 100 if is_percent else value
    return f"{shown:,.0f}" if shown == round(shown) else f"{shown:.10g}"


def _number(text: str) -> float | None:
    """What a person means by a number: with a decimal comma or thousands separators too. None where it is none."""
    plain = "".join(text.split()).removesuffix("%")
    plain = plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain.replace(",", ".", 1)
    return float(plain) if _PLAIN.fullmatch(plain) else None
