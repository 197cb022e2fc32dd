"""One control of the recipe's form: a limit or a setting of a plugin, as a person types it and as it is stored."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from app.curation.bounds import Rule, rule_of
from app.curation.ordering import OneOf
from app.messages import say

Typed = Mapping[str, str]
SIDES = {"min": say("at least"), "max": say("at most")}
_PLAIN = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{0,10})?")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_COMMAS = re.compile(r",(?![^{\n]*\})")


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
    def key(self) -> str:
        """The field's name in its plugin."""
        return self.name.rpartition(".")[2]

    @property
    def side(self) -> str:
        return SIDES[self.rule.side] if self.rule else ""

    @property
    def bound(self) -> float | None:
        """The limit as the stored measures have it, for the drawing; None while it is off or not a number."""
        if self.rule is None or not self.is_on or self.control == "switch":
            return None
        return self._number(self.text)

    @property
    def usual_bound(self) -> float | None:
        """The limit that the filter itself sets; None where it sets none."""
        return self._number(self.usual)

    @property
    def value(self) -> Any:
        """What the plugin's model is given; a limit that is off is an explicit None, because its default may be on."""
        if self.rule and not self.is_on:
            return None
        if self.control == "switch":
            return 0 if self.rule and self.rule.side == "max" else 1
        if self.control == "check":
            return self.text == "on"
        if self.control == "words":
            return _entries(self.text)
        if self.control == "choice":
            return self.text
        number = self._number(self.text)
        return int(number) if number is not None and number == int(number) else number

    def _number(self, text: str) -> float | None:
        number = number_in(text)
        return number if number is None or self.unit != "%" else round(number / 100, 10)


def shown_field(name: str, info: FieldInfo, value: Any, is_chosen: bool) -> Field:
    """A field of a plugin with its value; of one that is not chosen, with its default."""
    if (rule := rule_of(info)) is not None:
        bound = value if is_chosen else None
        return _limit(
            name, info, rule, bound_text(bound if bound is not None else info.default, rule), bound is not None
        )
    return _setting(name, info, _text(value if is_chosen else info.get_default(call_default_factory=True), info))


def typed_field(name: str, info: FieldInfo, typed: Typed, on: set[str]) -> Field:
    """A field of a plugin as it came back from the browser."""
    text = typed.get(name, "").replace("\r\n", "\n").strip()
    if (rule := rule_of(info)) is not None:
        return _limit(name, info, rule, text, name in on)
    return _setting(name, info, ("on" if name in on else "") if _control(info) == "check" else text)


def bound_text(bound: float | None, rule: Rule) -> str:
    """A limit as it stands in the form: shares in percent."""
    return "" if bound is None else _number_text(bound, rule.measure.kind == "share")


def number_in(text: str) -> float | None:
    """What a person means by a number: with a decimal comma or thousands separators too. None where it is none."""
    plain = "".join(text.split()).removesuffix("%")
    plain = plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain.replace(",", ".", 1)
    return float(plain) if _PLAIN.fullmatch(plain) else None


def _limit(name: str, info: FieldInfo, rule: Rule, text: str, is_on: bool) -> Field:
    control: Literal["switch", "number"] = "switch" if rule.measure.kind == "flag" else "number"
    title = rule.title if control == "switch" else rule.measure.title
    unit = "%" if rule.measure.kind == "share" else rule.measure.unit
    error = (
        "Type a number, or switch the rule off." if is_on and control == "number" and number_in(text) is None else ""
    )
    usual = bound_text(info.default, rule)
    return Field(name, title, rule.help, control, text, unit, is_on, rule, error=error, usual=usual)


def _setting(name: str, info: FieldInfo, text: str) -> Field:
    choices = _choices(info)
    unit = "%" if _is_share(info) else ""
    usual = _text(info.get_default(call_default_factory=True), info)
    title, help = info.title or name.rpartition(".")[2], info.description or ""
    return Field(name, title, help, _control(info), text, unit, choices=choices, usual=usual)


def _choices(info: FieldInfo) -> tuple[str, ...]:
    for item in info.metadata:
        if isinstance(item, OneOf):
            return ("", *item.choices())
    return tuple(map(str, get_args(info.annotation))) if get_origin(info.annotation) is Literal else ()


def _control(info: FieldInfo) -> Literal["number", "check", "choice", "words"]:
    if _choices(info):
        return "choice"
    if info.annotation is bool:
        return "check"
    return "number" if info.annotation in {int, float} else "words"


def _is_share(info: FieldInfo) -> bool:
    """A float between 0 and 1 is a share, which people type in percent."""
    limits = {type(item).__name__: getattr(item, type(item).__name__.lower(), None) for item in info.metadata}
    return info.annotation is float and limits.get("Le") == 1 and (limits.get("Ge") or 0) >= 0


def _entries(text: str) -> list[str]:
    """One on each line; on a single line separated by commas, save those between braces."""
    pieces = text.split("\n") if "\n" in text else _COMMAS.split(text)
    return [piece.strip() for piece in pieces if piece.strip()]


def _text(value: Any, info: FieldInfo) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, int | float):
        return _number_text(value, _is_share(info))
    return "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _number_text(value: float, is_percent: bool) -> str:
    shown = value * 100 if is_percent else value
    return f"{shown:,.0f}" if shown == round(shown) else f"{shown:.10g}"
