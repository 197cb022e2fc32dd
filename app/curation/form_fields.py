"""What a form must show for a plugin's fields, so that a page loops over them and knows no plugin."""

from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.curation.bounds import Kind, Side, rule_of

Control: TypeAlias = Literal["bound", "switch", "number", "choice", "words", "text"]


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: `control` says what to draw; a bound also has a side, a reason code, and a switch (None is off).

    A bound on a flag has `kind` "flag": draw a switch alone, on means 0. A share is stored from 0 to 1.
    """

    name: str
    control: Control
    title: str
    help: str
    default: Any
    unit: str = ""
    step: float | None = None
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    side: Side | None = None
    kind: Kind | None = None
    measure: str | None = None
    reason: str | None = None


def form_fields(model: type[BaseModel]) -> list[FormField]:
    """The fields in the order in which the plugin declares them."""
    return [_bound(name, field) or _setting(name, field) for name, field in model.model_fields.items()]


def _bound(name: str, field: FieldInfo) -> FormField | None:
    rule = rule_of(field)
    if rule is None:
        return None
    measure = rule.measure
    return FormField(
        name=name,
        control="bound",
        title=rule.title,
        help=rule.help or measure.title,
        default=field.default,
        unit=measure.unit,
        step=measure.step,
        low=0.0,
        high=1.0 if measure.kind in {"share", "flag"} else None,
        side=rule.side,
        kind=measure.kind,
        measure=measure.name,
        reason=rule.reason,
    )


def _setting(name: str, field: FieldInfo) -> FormField:
    control, choices = _control(field.annotation)
    return FormField(
        name=name,
        control=control,
        title=field.title or name.replace("_", " ").capitalize(),
        help=field.description or "",
        default=field.get_default(call_default_factory=True),
        step=_step(field.annotation),
        low=_limit(field, "ge"),
        high=_limit(field, "le"),
        choices=choices,
    )


def _control(annotation: Any) -> tuple[Control, tuple[str, ...]]:
    """TypeError for a type that no form can show: the plugin's author must choose another."""
    if get_origin(annotation) is Literal:
        return "choice", tuple(map(str, get_args(annotation)))
    if get_origin(annotation) in {Union, UnionType}:
        return _control(next(item for item in get_args(annotation) if item is not type(None)))
    controls: dict[Any, Control] = {bool: "switch", int: "number", float: "number", str: "text", list[str]: "words"}
    if annotation not in controls:
        raise TypeError(f"No form can show a field of type {annotation}")
    return controls[annotation], ()


def _step(annotation: Any) -> float | None:
    return {int: 1.0, float: 0.01}.get(annotation)


def _limit(field: FieldInfo, side: str) -> float | None:
    found = [getattr(item, side) for item in field.metadata if hasattr(item, side)]
    return float(found[0]) if found else None
