"""Which key answers what: digits for the first question, then what fits; never a key that the desk itself uses."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

LETTERS = "qwtyiopdhlb"
"""Free for answers: the top row, the home row, the bottom row. All other letters belong to the desk."""
DIGITS = "1234567890"


@dataclass(frozen=True)
class Wanted:
    """How many keys a question needs; `own` are the digits that its answers are called by, such as points of a scale."""

    count: int
    own: tuple[str, ...] = ()


def allocate(wanted: Iterable[Wanted], taken: Collection[str] = ()) -> Iterator[tuple[str, ...]]:
    """Keys for each question in turn: for all of its answers, or none at all where too few are left.

    `taken` are the keys that the person has chosen for what the desk does.
    """
    free = [key for key in (*DIGITS, *LETTERS) if key not in taken]
    for one in wanted:
        keys = _keys(one, free)
        free = [key for key in free if key not in keys]
        yield keys


def _keys(wanted: Wanted, free: Sequence[str]) -> tuple[str, ...]:
    if wanted.own and all(key in free for key in wanted.own):
        return wanted.own
    digits = [key for key in free if key in DIGITS]
    letters = [key for key in free if key in LETTERS]
    # A point of a scale must not hang on another digit than its own.
    fitting = digits if len(digits) >= wanted.count and not wanted.own else letters
    return tuple(fitting[: wanted.count]) if len(fitting) >= wanted.count else ()
