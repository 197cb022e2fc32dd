"""Any number of labels."""

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from app.curation.distances import masi
from app.curation.rubric import Options, Refused, Scale
from app.curation.rubrics._turnwise import Turnwise
from app.messages import say


class Multi(Turnwise):
    """The answer is a list of labels in the rubric's order."""

    name: ClassVar[str] = "Several labels"
    scale: ClassVar[Scale] = "set"

    options: Options = Field(title="Labels to choose from", description="One on each line.", max_length=20)
    at_most: int = Field(0, ge=0, le=20, title="At most so many", description="0 for as many as apply.")

    @property
    def choices(self) -> tuple[str, ...]:
        return () if self.per_turn else self.options

    def says(self, answer: Any) -> tuple[str, ...]:
        return tuple(answer or ())

    def typed_one(self, given: Sequence[str]) -> Any:
        return [one for one in given if one] or None

    def check_one(self, answer: Any) -> list[str]:
        if not isinstance(answer, list) or any(one not in self.options for one in answer):
            raise Refused(say("Choose from: %(options)s.", options=", ".join(self.options)))
        found = [option for option in self.options if option in answer]
        if self.at_most and len(found) > self.at_most:
            raise Refused(say("Choose %(number)s at most.", number=self.at_most))
        return found

    def distance_one(self, one: Any, other: Any) -> float:
        return masi(one, other)

    def words_one(self, answer: Any) -> str:
        return ", ".join(answer) or "none of them"
