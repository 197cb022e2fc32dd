"""The words around a number, which say what the number is, and numbers that stand in one row."""

from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import TypeVar

T = TypeVar("T")
_MOST_GROUPS = 8


def before(text: str, start: int, characters: int = 40) -> str:
    """What stands before a place, lower-cased."""
    return text[max(0, start - characters) : start].lower()


def after(text: str, end: int, characters: int = 28) -> str:
    """What stands behind a place, lower-cased."""
    return text[end : end + characters].lower()


def digits_of(text: str) -> str:
    """The ASCII digits alone."""
    return "".join(character for character in text if "0" <= character <= "9")


def fits(text: str, start: int, end: int, digits: range, fit: Callable[[int, int], T | None]) -> Iterator[T]:
    """What `fit` makes of stretches of text[start:end] from blank to blank with so many digits; the longest first.

    A stretch that fits is not looked at again, so that two numbers with a blank between them are two.
    """
    groups = _groups(text, start, end)
    counts = [0, *accumulate(len(digits_of(text[first:last])) for first, last in groups)]
    at = 0
    while at < len(groups):
        for behind in range(min(len(groups), at + _MOST_GROUPS), at, -1):
            if counts[behind] - counts[at] in digits and (found := fit(groups[at][0], groups[behind - 1][1])):
                yield found
                at = behind - 1
                break
        at += 1


def _groups(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Start and end of the pieces between blanks."""
    found = []
    for piece in text[start:end].split(" "):
        found.append((start, start + len(piece)))
        start += len(piece) + 1
    return found
