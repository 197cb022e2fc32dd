"""A rating on a scale with named ends."""

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field, model_validator

from app.curation.distances import stepwise
from app.curation.rubric import Refused, Scale
from app.curation.rubrics._turnwise import Turnwise
from app.messages import say

MOST_BUTTONS = 11
"""Points that are drawn as one button each; a longer scale is typed as a number."""


class Rating(Turnwise):
    """The answer is a whole number."""

    name: ClassVar[str] = "Rating"
    scale: ClassVar[Scale] = "ordinal"

    low: int = Field(1, ge=0, le=100, title="Lowest")
    high: int = Field(5, ge=1, le=100, title="Highest")
    low_name: str = Field("", max_length=40, title="What the lowest means")
    high_name: str = Field("", max_length=40, title="What the highest means")

    @model_validator(mode="after")
    def _rising(self) -> "Rating":
        if self.low >= self.high:
            raise ValueError("The highest must be more than the lowest.")
        return self

    @property
    def points(self) -> range:
        """Every point of the scale."""
        return range(self.low, self.high + 1)

    @property
    def has_buttons(self) -> bool:
        return len(self.points) <= MOST_BUTTONS

    @property
    def choices(self) -> tuple[str, ...]:
        return () if self.per_turn else tuple(map(str, self.points))

    def says(self, answer: Any) -> tuple[str, ...]:
        return (str(answer),)

    def typed_one(self, given: Sequence[str]) -> Any:
        text = next((one.strip() for one in reversed(given) if one.strip()), "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text or None

    def check_one(self, answer: Any) -> int:
        if isinstance(answer, bool) or not isinstance(answer, int) or answer not in self.points:
            raise Refused(say("Give a whole number from %(low)s to %(high)s.", low=str(self.low), high=str(self.high)))
        return answer

    def distance_one(self, one: Any, other: Any) -> float:
        return stepwise(one, other, self.high - self.low)

    def words_one(self, answer: Any) -> str:
        return f"{answer} of {self.high}"
