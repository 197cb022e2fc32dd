"""What a text says, unit by unit: its numbers, names and telling words, each with a weight, for looking them up elsewhere."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from app.curation.function_words import function_words
from app.curation.text import comparable, is_single, words

NUMBER_WEIGHT, NAME_WEIGHT, WORD_WEIGHT, PIECE_WEIGHT = 2.0, 1.5, 1.0, 0.5
"""An invented number or name does more harm than another word; two characters of Chinese are about half a word."""
_GROUPS = re.compile(r"\d{1,3}(?:[.,']\d{3})+")
_SIGNS = {"٫": ".", "٬": ",", "’": "'", "\u00a0": "'", "\u202f": "'"}
NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,٫٬'’\u00a0\u202f]\d+)*")
_SPELLED = """one two three four five six seven eight nine ten eleven twelve
eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf
un deux trois quatre cinq six sept huit neuf dix onze douze
uno dos tres cuatro cinco seis siete ocho nueve diez once doce"""
SPELLED = {
    comparable(word): Decimal(place) for line in _SPELLED.splitlines() for place, word in enumerate(line.split(), 1)
}
"""Small numbers are as often written as words."""


class Unit(NamedTuple):
    """A word as it is compared, or a number with all values that its digits can mean (1.234 and 1234)."""

    word: str
    weight: float
    values: frozenset[Decimal] = frozenset()


def units(text: str) -> list[Unit]:
    """Every unit in the text, each once, function words left out."""
    found: dict[str, Unit] = {}
    for unit in [*_numbers(text), *_words(NUMBER.sub(" ", text))]:
        if unit.word not in found or found[unit.word].weight < unit.weight:
            found[unit.word] = unit
    return list(found.values())


def _numbers(text: str) -> Iterator[Unit]:
    for match in NUMBER.finditer(text):
        yield Unit(match[0], NUMBER_WEIGHT, values(match[0]))


def values(digits: str) -> frozenset[Decimal]:
    """What the digits can mean: a point or comma before three digits groups thousands in one country, not in the next."""
    plain = "".join(str(int(one)) if one.isdecimal() else _SIGNS.get(one, one) for one in digits)
    found = set()
    if _GROUPS.fullmatch(plain):
        found.add(Decimal(re.sub(r"\D", "", plain)))
    head, sign, tail = max((plain.rpartition(sign) for sign in ".,"), key=lambda parts: len(parts[0]))
    if sign and (head.isdecimal() or _GROUPS.fullmatch(head)):
        found.add(Decimal(f"{re.sub(r'[^0-9]', '', head)}.{tail}"))
    if not found:
        found.update(Decimal(part) for part in re.split(r"\D+", plain) if part)
    return frozenset(found)


def _words(text: str) -> Iterator[Unit]:
    run: list[str] = []
    for place, word in enumerate(words(text)):
        if is_single(word):
            run.append(word)
            continue
        yield from _pieces(run)
        run = []
        plain = comparable(word)
        if plain not in function_words() and (len(plain) > 1 or not plain.isascii()):
            yield Unit(plain, NAME_WEIGHT if _is_name(word, place) else WORD_WEIGHT)
    yield from _pieces(run)


def _pieces(run: list[str]) -> Iterator[Unit]:
    """Characters of a script without spaces, two by two."""
    for one, other in zip(run, run[1:] or run, strict=False):
        yield Unit(one + other, PIECE_WEIGHT)


def _is_name(word: str, place: int) -> bool:
    """Capitals inside a sentence, or more than one of them. Every German noun counts, which weighs them alike."""
    return sum(map(str.isupper, word)) > (0 if place else 1)
