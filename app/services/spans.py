"""Places in a text by its letters and digits, which formatting neither loses nor moves.

What a browser shows of a text has other spaces and signs than its source, but the same letters and digits in the same
order (app/web/material.py sees to it). So a selection is sent as: so many letters before it, so many within it.
"""

import re

_LETTER = re.compile(r"[^\W_]")


def place(text: str, before: int, length: int) -> tuple[int, int] | None:
    """The characters from the first to the last of those letters; None where the text has fewer, or none is meant."""
    if length < 1 or before < 0:
        return None
    places = [found.start() for found in _LETTER.finditer(text)]
    if before + length > len(places):
        return None
    return places[before], places[before + length - 1] + 1


def letters(text: str, start: int, end: int) -> tuple[int, int]:
    """The way back: how many letters stand before a place, and before its end."""
    before = len(_LETTER.findall(text[:start]))
    return before, before + len(_LETTER.findall(text[start:end]))
