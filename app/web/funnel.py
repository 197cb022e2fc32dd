"""The way from upload to approval as a drawing: each stage's bar is as high as its number of samples."""

from dataclasses import dataclass

from app.services.overview import Funnel

HEIGHT, FULL = 144.0, 140.0
SMALLEST = 1.5
"""A stage with a single sample among a million still shows a line."""


@dataclass(frozen=True)
class Stage:
    """One bar, and the slope down to the next. `of` is what the share refers to; 0 where it would say nothing."""

    name: str
    number: int
    of: int
    top: float
    next_top: float | None
    width: float

    @property
    def slope(self) -> str:
        """The path from this bar's top to the next one's."""
        y, end = f"{self.top:.1f}", f"{self.next_top or 0:.1f}"
        return f"M56 {y}C78 {y} 78 {end} 100 {end}V{HEIGHT:.0f}H56Z"

    @property
    def height(self) -> float:
        return HEIGHT - self.top


def stages(funnel: Funnel) -> list[Stage]:
    """Uploaded, kept, reviewed, approved."""
    numbers = [
        ("uploaded", funnel.uploaded, 0),
        ("kept", funnel.kept, funnel.uploaded),
        ("reviewed", funnel.reviewed, funnel.kept),
        ("approved", funnel.approved, funnel.reviewed),
    ]
    tops = [_top(number, funnel.uploaded) for _, number, _ in numbers]
    return [
        Stage(name, number, of, top, after, _width(number, funnel.uploaded))
        for (name, number, of), top, after in zip(numbers, tops, [*tops[1:], None], strict=True)
    ]


def spark(days: list[int]) -> list[tuple[float, float, float]]:
    """(x, y, height) of 28 bars in a box of 88 by 24; a day without answers is a line on the ground."""
    most = max(days, default=0) or 1
    heights = [1.0 if not day else max(2.0, 23 * day / most) for day in days]
    return [
        (round(0.3 + index * 88 / len(days), 1), round(24 - height, 1), round(height, 1))
        for index, height in enumerate(heights)
    ]


def _top(number: int, whole: int) -> float:
    return HEIGHT - (max(FULL * number / whole, SMALLEST) if number else 0)


def _width(number: int, whole: int) -> float:
    return max(100 * number / whole, SMALLEST) if number else 0
