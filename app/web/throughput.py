"""Work per day as a row of bars, with the sentence that stands in for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.messages import say

WIDTH, HEIGHT = 320.0, 72.0


@dataclass(frozen=True)
class Day:
    """One bar; a day without anything is a line on the ground."""

    x: float
    y: float
    width: float
    height: float
    number: int


@dataclass(frozen=True)
class Throughput:
    days: list[Day]
    most: int
    label: str


def drawn(numbers: Sequence[int], what: str) -> Throughput:
    """The oldest day first; `what` names the things counted."""
    most = max(numbers, default=0)
    step = WIDTH / max(len(numbers), 1)
    days = []
    for index, number in enumerate(numbers):
        height = max(round((HEIGHT - 4) * number / most, 1), 2) if number else 1.0
        days.append(Day(round(index * step + 2, 1), HEIGHT - height, round(step - 4, 1), height, number))
    each = ", ".join(str(number) for number in numbers)
    label = say("%(what)s on each of the last %(days)s days, today last: %(each)s.", what=what, days=len(numbers), each=each)
    return Throughput(days, most, label)
