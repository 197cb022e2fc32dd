"""One of several labels."""

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from app.curation.distances import nominal
from app.curation.rubric import Options, Refused, Scale
from app.curation.rubrics._turnwise import Turnwise
from app.messages import say


class Single(Turnwise):
    """The answer is the label."""

    name: ClassVar[str] = "One label"
    scale: ClassVar[Scale] = "nominal"

    options: Options = Field(title="Answers to choose from", description="One on each line.", max_length=20)

    @property
    def choices(self) -> tuple[str, ...]:
        return () if self.per_turn else self.options

    def typed_one(self, given: Sequence[str]) -> Any:
        return next((one for one in reversed(given) if one), None)

    def check_one(self, answer: Any) -> str:
        if answer not in self.options:
            raise Refused(say("Choose one of: %(options)s.", options=", ".join(self.options)))
        return str(answer)

    def distance_one(self, one: Any, other: Any) -> float:
        return nominal(one, other)

    def words_one(self, answer: Any) -> str:
        return str(answer)
