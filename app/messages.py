"""Sentences for people. They are written in English, and know their parts, so that the web can say them otherwise."""

from collections.abc import Callable, Mapping
from typing import Any


class Message(str):
    """An English text like any other, which remembers what it was made from: its id in the catalogues, and values."""

    id: str
    plural: str = ""
    number: int = 1
    values: Mapping[str, Any]


def say(text: str, /, **values: Any) -> Message:
    """A text for people, with its values at `%(name)s`. A sign of percent is written %%."""
    made = Message(filled(text, values))
    made.id, made.values = text, values
    return made


def say_many(one: str, many: str, num: int, /, **values: Any) -> Message:
    """A text whose words depend on a number, which is `%(num)s` in it."""
    values = {"num": num, **values}
    made = Message(filled(one if num == 1 else many, values))
    made.id, made.plural, made.number, made.values = one, many, num, values
    return made


def filled(text: str, values: Mapping[str, Any], count: Callable[[int], str] = "{:,}".format) -> str:
    """A text with its values in it. Whole numbers are counts; a year or a version is given as a string."""
    return text % {name: count(value) if type(value) is int else value for name, value in values.items()}
