"""What a person typed: checked data, or the typed values with one message per field."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Generic, TypeVar, get_args, get_origin

from fastapi import Depends, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from starlette.datastructures import FormData, QueryParams

from app.messages import say
from app.services.errors import DomainError, Invalid

LARGEST = 8 << 20
"""Bytes of a form without files. Guidelines and edited samples are far below."""

UNSTORABLE = say("The text holds an invisible character that cannot be stored. Type it again by hand.")

M = TypeVar("M", bound="Input")


class Input(BaseModel):
    """The base of all forms: fields that nobody asked for are refused, text is trimmed.

    Names that begin with `many` are lists, whatever follows: for controls that depend on data.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    many: ClassVar[str] = ""


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError(say("Write this on one line, without invisible characters."))
    return text


Line = Annotated[str, AfterValidator(_one_line)]
"""A name or an address: one line, because it stands in lists, titles and logs."""


class FormTooLarge(Exception):
    """More was sent than any form of ours needs."""


@dataclass
class Submission(Generic[M]):
    """Either `data`, or `errors`: one sentence per field, and under "" what concerns the form as a whole."""

    data: M | None = None
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal at the field it means."""
        name = error.field if isinstance(error, Invalid) else ""
        self.errors[name if name in self.values or not name else ""] = error.message


def submission(model: type[M]) -> Callable[[Request], Awaitable[Submission[M]]]:
    """A dependency that reads a form of this shape. It never raises for bad input: the handler shows the page again."""

    async def read(request: Request) -> Submission[M]:
        return check(model, _values(model, await posted(request)))

    return read


def read(model: type[M], given: FormData | QueryParams) -> Submission[M]:
    """Fields that were sent already, in a form or an address, against a model."""
    return check(model, _values(model, given))


def check(model: type[M], values: dict[str, Any]) -> Submission[M]:
    """Typed values against a model."""
    if not all(storable(text) for value in values.values() for text in (value if isinstance(value, list) else [value])):
        return Submission(None, values, {"": UNSTORABLE})
    given = {
        name: value for name, value in values.items() if value != "" and (isinstance(value, list) or value.strip())
    }
    try:
        return Submission(model.model_validate(given), values)
    except ValidationError as error:
        return Submission(None, values, _messages(model, error))


async def posted(request: Request) -> FormData:
    """A posted form without files. FormTooLarge where it is larger than any form of ours."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise FormTooLarge
    request._body = bytes(body)  # Starlette parses the form from the body it has read before
    return await request.form(max_files=0, max_fields=2_000, max_part_size=LARGEST)


async def typed(request: Request) -> FormData:
    """The form as it was typed. Invalid where a text holds what cannot be stored."""
    form = await posted(request)
    if not all(storable(str(value)) for _, value in form.multi_items()):
        raise Invalid(UNSTORABLE)
    return form


FormDep = Annotated[FormData, Depends(typed)]
"""For pages whose fields depend on data, so that no model can name them."""


def storable(text: str) -> bool:
    """PostgreSQL stores every character but one."""
    return "\0" not in text


def _values(model: type[Input], form: FormData | QueryParams) -> dict[str, Any]:
    """Lists where the model wants a list, else the last value of each name."""
    names = dict.fromkeys(name for name, _ in form.multi_items())
    return {
        name: [str(value) for value in form.getlist(name)] if _is_list(model, name) else str(form[name])
        for name in names
    }


def _is_list(model: type[Input], name: str) -> bool:
    if model.many and name.startswith(model.many):
        return True
    known = model.model_fields.get(name)
    annotation = known.annotation if known else None
    return any(get_origin(part) in (list, set, tuple) for part in (annotation, *get_args(annotation)))


def _messages(model: type[Input], error: ValidationError) -> dict[str, str]:
    messages: dict[str, str] = {}
    for problem in error.errors(include_url=False):
        name = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "extra_forbidden":
            messages[""] = say(
                "The form sent something that this page does not ask for. Load the page again and fill it in once more."
            )
        else:
            messages.setdefault(name, sentence(problem["type"], problem.get("ctx", {}), problem["msg"]))
    return messages


def sentence(kind: str, context: dict[str, Any], message: str) -> str:
    """A validation error in words that say what to do."""
    match kind:
        case "missing":
            return say("Fill this in.")
        case "int_parsing" | "int_from_float" | "int_type":
            return say("Enter a whole number, in digits.")
        case "float_parsing" | "float_type" | "finite_number":
            return say("Enter a number, in digits.")
        case "greater_than_equal":
            return say("Enter %(number)s or more.", number=context["ge"])
        case "greater_than":
            return say("Enter more than %(number)s.", number=context["gt"])
        case "less_than_equal":
            return say("Enter %(number)s or less.", number=context["le"])
        case "less_than":
            return say("Enter less than %(number)s.", number=context["lt"])
        case "string_too_long":
            return say("Use %(number)s characters or fewer.", number=context["max_length"])
        case "string_too_short":
            return say("Use %(number)s characters or more.", number=context["min_length"])
        case "date_from_datetime_parsing" | "date_parsing" | "date_from_datetime_inexact":
            return say("Enter a day, such as 2026-03-31.")
        case "enum" | "literal_error":
            return say("Choose one of the answers.")
        case "value_error":
            # What our own validator said; pydantic's message puts words before it.
            return message.removeprefix("Value error, ") if "error" not in context else context["error"].args[0]
        case _:
            return say("This cannot be used: %(reason)s.", reason=message[:1].lower() + message[1:])
