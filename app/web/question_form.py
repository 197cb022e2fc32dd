"""A question's form: built from the fields of its kind, and read back. It knows no single kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from app.curation.rubric import Question
from app.messages import known, say
from app.web.forms import sentence
from app.web.rendering import FILTERS
from app.web.roles import role_title

FIRST = ("title", "help")
LAST = ("required", "on_reject", "when", "when_is")
"""Fields that all kinds have stand around those of the kind."""


@dataclass(frozen=True)
class Control:
    """One field. `lines` is a list with one entry on each line; `options` are (value, words)."""

    name: str
    title: str
    help: str
    kind: Literal["line", "words", "number", "check", "choice", "lines"]
    text: str
    options: tuple[tuple[str, str], ...] = ()
    error: str = ""


def controls(kind: type[Question], values: Mapping[str, Any], earlier: Sequence[Question]) -> list[Control]:
    """The form of a question with these values; what has none shows what is usual. `earlier` can be waited for."""
    return [
        _control(name, kind.model_fields[name], values.get(name, _usual(kind.model_fields[name])), earlier)
        for name in _names(kind)
    ]


def read(kind: type[Question], key: str, typed: Mapping[str, str]) -> Question:
    """The question that was typed. ValidationError."""
    fields = {name: _value(kind.model_fields[name], typed.get(name, "")) for name in _names(kind)}
    if not fields["when"]:
        fields["when_is"] = ()
    return kind.model_validate({"key": key} | {name: value for name, value in fields.items() if value is not None})


def again(
    kind: type[Question], typed: Mapping[str, str], earlier: Sequence[Question], error: ValidationError
) -> list[Control]:
    """The form as it was typed, with what is wrong at each field; what concerns them all, at the first of the kind."""
    names = _names(kind)
    own = next((name for name in names if name not in FIRST), names[0])
    said = {
        str(one["loc"][0]) if one["loc"] else own: sentence(one["type"], one.get("ctx", {}), one["msg"])
        for one in error.errors(include_url=False)
    }
    shown = [_control(name, kind.model_fields[name], typed.get(name, ""), earlier) for name in names]
    return [replace(one, error=said.get(one.name, "")) for one in shown]


def _names(kind: type[Question]) -> list[str]:
    own = [name for name in kind.model_fields if name not in (*FIRST, *LAST, "key")]
    # What a question is stands before how it is asked.
    own.sort(key=lambda name: name == "per_turn")
    return [*FIRST, *own, *LAST]


def _usual(info: FieldInfo) -> Any:
    return "" if info.is_required() else info.get_default(call_default_factory=True)


def _control(name: str, info: FieldInfo, value: Any, earlier: Sequence[Question]) -> Control:
    title, help = known(info.title or name), known(info.description or "")
    if name == "when":
        titles = tuple((one.key, one.title) for one in earlier if one.choices)
        return Control(name, title, help, "choice", str(value), (("", say("Always ask")), *titles))
    if name == "when_is":
        words = "; ".join(f"“{one.title}”: {', '.join(one.choices)}" for one in earlier if one.choices)
        told = say("%(help)s %(words)s", help=help, words=words) if words else help
        return Control(name, title, told, "lines", _text(value))
    if get_origin(info.annotation) is Literal:
        options = tuple((one, role_title(one) if one else say("The whole sample")) for one in get_args(info.annotation))
        return Control(name, title, help, "choice", str(value), options)
    return Control(name, title, help, _kind(name, info), _text(value))


def _kind(name: str, info: FieldInfo) -> Literal["line", "words", "number", "check", "lines"]:
    if info.annotation is bool:
        return "check"
    if info.annotation is int:
        return "number"
    if info.annotation is str:
        return "words" if name == "help" else "line"
    return "lines"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return "\n".join(value) if isinstance(value, list | tuple) else str(value)


def _value(info: FieldInfo, text: str) -> Any:
    """What the model is given; None for a number that was left empty, which is then the usual one."""
    if info.annotation is bool:
        return text == "on"
    if info.annotation is int:
        return text.strip() or None
    if info.annotation is str or get_origin(info.annotation) is Literal:
        return text
    return tuple(line.strip() for line in text.splitlines() if line.strip())


FILTERS.update(known=known)
