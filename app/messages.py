"""Sentences for people. They are written in English, and know their parts, so that the web can say them otherwise."""

from collections.abc import Callable, Mapping
from numbers import Number
from typing import Any, TypeVar

Text = TypeVar("Text", bound=str)


class Message(str):
    """An English text like any other, which remembers what it was made from: its id in the catalogues, and values."""

    id: str
    plural: str
    number: int
    values: Mapping[str, Any]


def say(text: str, /, **values: Any) -> Message:
    """A text for people, with its values at `%(name)s`. A sign of percent is written %%."""
    return _made(text, "", 1, values)


def say_many(one: str, many: str, num: int, /, **values: Any) -> Message:
    """A text whose words depend on a number, which is `%(num)s` in it."""
    return _made(one, many, num, {"num": num, **values})


def parts(text: str) -> dict[str, Any]:
    """What a sentence was made of, to be stored beside it; nothing for a text that knows no parts."""
    if not isinstance(text, Message):
        return {}
    return {"id": text.id, "plural": text.plural, "number": text.number, "values": dict(text.values)}


def again(text: str, parts: Mapping[str, Any]) -> str:
    """A stored sentence as one that can be said in every language, where its parts were stored with it."""
    if not parts:
        return text
    return _made(parts["id"], parts["plural"], parts["number"], parts["values"])


def known(text: str) -> Message:
    """A text that is declared elsewhere, such as the title of a measure; the catalogues hold it as it is."""
    return _made(text.replace("%", "%%"), "", 1, {})


def amount(value: float, one: str = "", many: str = "") -> Message:
    """A number as people say it, with its unit where it has one: 1 word, 2.5 words."""
    shown = int(value) if value == round(value) else float(f"{value:.3g}")
    if not many:
        return _made("%(num)s", "", 1, {"num": shown})
    return _made(f"%(num)s {one}", f"%(num)s {many}", shown if isinstance(shown, int) else 2, {"num": shown})


def in_english(value: float) -> str:
    """65,623 and 12.5."""
    return f"{value:,.10g}" if isinstance(value, float) else f"{value:,}"


def filled(text: Text, values: Mapping[str, Any], number: Callable[[Any], str] = in_english) -> Text:
    """A text with its values in it. Numbers are written as such; a year or a version is given as a string."""
    told = {name: number(value) if isinstance(value, Number) else value for name, value in values.items()}
    return text % told  # type: ignore[return-value] # markup stays markup, and escapes the values


def _made(one: str, many: str, num: int, values: Mapping[str, Any]) -> Message:
    made = Message(filled(many if many and num != 1 else one, values))
    made.id, made.plural, made.number, made.values = one, many, num, values
    return made
