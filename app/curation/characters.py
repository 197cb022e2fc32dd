"""What each character is and what it is compared as, in tables by code point that compiled code reads."""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.curation.text import MARKS, SINGLES, comparable

SIZE = 0x20000
"""Code points in the tables; all beyond are rare ideographs or nothing."""
LETTER, WORD, SINGLE, MARK, DIGIT, SPACE, UPPER = 1, 2, 4, 8, 16, 32, 64
RARE = LETTER | WORD | SINGLE
LAST_RARE = 0x3FFFD
"""Characters beyond the tables, up to this one, are `RARE`."""
NOTHING, COMPLEX = -2, -1
_SEPARATOR = "\n"


class Tables(NamedTuple):
    """`classes`: bits of what a character is. `same`: every character itself. `folded`: as `comparable` writes it.

    A folded character is one character, `NOTHING` (left out) or `COMPLEX`: what becomes of it takes its neighbours to
    say, and the whole text must go through `comparable` itself.
    """

    classes: NDArray[np.uint8]
    same: NDArray[np.int32]
    folded: NDArray[np.int32]


@cache
def tables() -> Tables:
    """Built once per process, in about a fifth of a second."""
    characters = [chr(code) for code in range(SIZE)]
    return Tables(_classes(characters), np.arange(SIZE, dtype=np.int32), _folded(characters))


def _classes(characters: list[str]) -> NDArray[np.uint8]:
    found = np.zeros(SIZE, np.uint8)
    for bit, test in (
        (LETTER, str.isalpha),
        (DIGIT, str.isdecimal),
        (SPACE, str.isspace),
        (UPPER, str.isupper),
    ):
        found[np.fromiter(map(test, characters), np.bool_, SIZE)] |= bit
    found[_matching(r"\w", characters)] |= WORD
    found[_matching(f"[{SINGLES}]", characters)] |= SINGLE | WORD
    found[_matching(f"[{MARKS}]", characters)] |= MARK
    return found


def _matching(pattern: str, characters: list[str]) -> NDArray[np.int64]:
    return np.array([ord(character) for character in re.findall(pattern, "".join(characters))], np.int64)


def _folded(characters: list[str]) -> NDArray[np.int32]:
    """All characters through `comparable` at once, on lines of their own, so that none touches another."""
    found = np.full(SIZE, COMPLEX, np.int32)
    lines = comparable(_SEPARATOR.join(characters)).split(_SEPARATOR)
    lines[10:12] = [_SEPARATOR]  # the separator itself stood between two others
    for code, line in enumerate(lines):
        found[code] = _fold(characters[code], line)
    return found


def _fold(character: str, line: str) -> int:
    if not line:
        return NOTHING
    if unicodedata.category(character).startswith("M") or _is_jamo(line):
        return COMPLEX
    if len(line) == 1:
        return ord(line) if ord(line) < SIZE else COMPLEX
    return ord(".") if not re.search(rf"[\w{MARKS}{SINGLES}'\s]", line) else COMPLEX


def _is_jamo(line: str) -> bool:
    return any("\u1100" <= character <= "\u11ff" for character in line)
