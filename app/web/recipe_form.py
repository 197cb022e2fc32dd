"""The recipe as a form: built from the fields of every plugin, and read back. It knows no single filter."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from inspect import getmodule, isclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.curation.bounds import rule_of
from app.curation.deduplicator import deduplicators
from app.curation.filter import filters
from app.curation.recipe import Recipe
from app.web.forms import sentence
from app.web.recipe_fields import Field, Typed, bound_text, number_in, shown_field, typed_field

PREFERENCES = {
    "approved": "what experts approved",
    "trusted": "from a trusted corpus",
    "quality": "best written",
    "longest": "longest",
    "newest": "read last",
    "licence": "with a licence",
}
"""Which of several near-duplicates stays, in words, by the recipe's name for it."""
_LIMITS = ("ge", "gt", "le", "lt")
_NAME = re.compile(r"[^:(,\n]*")


@dataclass(frozen=True)
class Part:
    """One filter, deduplicator or other section: its name for people, what it does, and its controls."""

    name: str
    title: str
    about: str
    is_on: bool
    limits: list[Field] = field(default_factory=list)
    settings: list[Field] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def matters(self) -> bool:
        """Whether a recipe needs to hold this filter: a limit is on, or a setting is not as usual."""
        return any(one.is_on for one in self.limits) or any(one.text != one.usual for one in self.settings)

    @property
    def fields(self) -> list[Field]:
        return [*self.limits, *self.settings]

    @property
    def has_errors(self) -> bool:
        return any(one.error for one in self.fields)

    @property
    def values(self) -> dict[str, Any]:
        """What the plugin's model is given."""
        return {one.key: one.value for one in self.fields}


@dataclass(frozen=True)
class Form:
    """All of a recipe: filters, deduplicators, and what else it decides. `rest` has no controls and is kept as it is.

    `survivors` has one place for every preference; those that are not used are empty.
    """

    rules: list[Part]
    copies: list[Part]
    sections: list[Part]
    survivors: tuple[str, ...]
    rest: dict[str, Any]

    @property
    def parts(self) -> list[Part]:
        return [*self.rules, *self.copies, *self.sections]


class Unreadable(Exception):
    """What was typed cannot be a recipe; the form is ready to be shown again with an error by each field."""

    def __init__(self, form: Form) -> None:
        super().__init__("The recipe was not saved.")
        self.form = form


def shown(recipe: Recipe) -> Form:
    """The form of a recipe."""
    return Form(
        [_part(f"filters.{key}", kind, recipe.filters.get(key)) for key, kind in filters().items()],
        [_part(f"deduplication.{key}", kind, recipe.deduplication.get(key)) for key, kind in deduplicators().items()],
        [_part(name, kind, getattr(recipe, name)) for name, kind in _sections()],
        _places(recipe.survivors),
        _rest(recipe),
    )


def read(typed: Typed, on: set[str], base: Recipe) -> Recipe:
    """The recipe that a person filled in; what has no control is taken from `base`. Unreadable names fields at fault."""
    form = Form(
        [_typed_part(f"filters.{key}", kind, typed, on) for key, kind in filters().items()],
        [_typed_part(f"deduplication.{key}", kind, typed, on) for key, kind in deduplicators().items()],
        [_typed_part(name, kind, typed, on) for name, kind in _sections()],
        _places([typed.get(f"survivors.{place}", "") for place in range(1, len(PREFERENCES) + 1)]),
        _rest(base),
    )
    if any(part.has_errors for part in form.parts):
        raise Unreadable(form)
    return Recipe.model_validate(
        form.rest
        | {"survivors": [one for one in form.survivors if one]}
        | {part.name: part.values for part in form.sections}
        | {"filters": {part.key: part.values for part in form.rules if part.matters}}
        | {"deduplication": {part.key: part.values for part in form.copies if part.is_on}}
    )


def typed_limit(name: str, typed: Typed, on: set[str]) -> Field | None:
    """One limit by the name of its control; None where there is no such limit."""
    key, _, field = name.partition(".")[2].partition(".")
    kind = filters().get(key)
    info = kind.model_fields.get(field) if kind else None
    return typed_field(name, info, typed, on) if info and rule_of(info) else None


def put(form: Form, wish: str) -> Form:
    """The form with a limit set and switched on: ``filters.length.min_answer_words=34``. Unknown names change nothing."""
    name, _, value = wish.partition("=")
    bound = number_in(value)

    def changed(one: Field) -> Field:
        if one.name != name or one.rule is None or bound is None:
            return one
        return replace(one, text=bound_text(bound, one.rule), is_on=True, error="")

    return replace(form, rules=[replace(part, limits=[changed(one) for one in part.limits]) for part in form.rules])


def typed_copies(name: str, typed: Typed, on: set[str]) -> Part | None:
    """One deduplicator by its name in the form; None where there is no such."""
    kind = deduplicators().get(name.removeprefix("deduplication."))
    return _typed_part(name, kind, typed, on) if kind else None


def usual(key: str) -> set[str]:
    """The names of the limits that a filter sets when nobody says otherwise."""
    kind = filters().get(key)
    named = kind.rules() if kind else {}
    return {f"filters.{key}.{name}" for name in named if kind and kind.model_fields[name].default is not None}


def name_of(kind: type) -> str:
    """What people call a plugin: the first words of its module's first line, up to a colon, bracket or comma."""
    return _NAME.match(getmodule(kind).__doc__ or "")[0].strip().removesuffix(".")  # type: ignore[index]


def _sections() -> Iterator[tuple[str, type[BaseModel]]]:
    """The fields of a recipe that are models of their own."""
    for name, info in Recipe.model_fields.items():
        if isclass(info.annotation) and issubclass(info.annotation, BaseModel):
            yield name, info.annotation


def _places(chosen: Iterable[str]) -> tuple[str, ...]:
    """Known preferences, each once, and then empty places."""
    known = [one for one in dict.fromkeys(chosen) if one in PREFERENCES]
    return (*known, *[""] * (len(PREFERENCES) - len(known)))


def _rest(recipe: Recipe) -> dict[str, Any]:
    shown_apart = {"filters", "deduplication", "survivors", *(name for name, _ in _sections())}
    return {name: getattr(recipe, name) for name in Recipe.model_fields if name not in shown_apart}


def _part(name: str, kind: type[BaseModel], chosen: BaseModel | None) -> Part:
    values = chosen.model_dump() if chosen else {}
    controls = [
        shown_field(f"{name}.{field}", info, values.get(field), bool(chosen))
        for field, info in kind.model_fields.items()
    ]
    return _with_controls(name, kind, chosen is not None, controls)


def _typed_part(name: str, kind: type[BaseModel], typed: Typed, on: set[str]) -> Part:
    controls = [typed_field(f"{name}.{field}", info, typed, on) for field, info in kind.model_fields.items()]
    part = _with_controls(name, kind, name in on or not name.startswith("deduplication."), controls)
    return _checked(part, kind) if part.is_on else part


def _with_controls(name: str, kind: type[BaseModel], is_on: bool, controls: list[Field]) -> Part:
    about = " ".join((kind.__doc__ or "").split())
    limits = [one for one in controls if one.rule]
    return Part(name, name_of(kind), about, is_on, limits, [one for one in controls if not one.rule])


def _checked(part: Part, kind: type[BaseModel]) -> Part:
    """The part with one message by each field that its own model refuses; what concerns them all, by the first."""
    try:
        kind.model_validate(part.values)
    except ValidationError as error:
        first = next(iter(part.values), "")
        found = {str(item["loc"][0]) if item["loc"] else first: item for item in error.errors(include_url=False)}
        return replace(
            part,
            limits=[_marked(one, found.get(one.key)) for one in part.limits],
            settings=[_marked(one, found.get(one.key)) for one in part.settings],
        )
    return part


def _marked(one: Field, problem: ErrorDetails | None) -> Field:
    """The field with what is wrong; its limits in percent where it is typed in percent."""
    if problem is None or one.error:
        return one
    scale = 100 if one.unit == "%" else 1
    limits = {name: f"{limit * scale:g}" for name, limit in problem.get("ctx", {}).items() if name in _LIMITS}
    said = sentence(problem["type"], limits, problem["msg"])
    return replace(one, error=f"{said[:1].upper()}{said[1:].rstrip('.')}.")
