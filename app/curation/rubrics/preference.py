"""Which of two answers is better."""

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from app.curation.distances import nominal
from app.curation.rubric import Given, Question, Refused, Scale
from app.curation.sample import Turn
from app.messages import say


class Preference(Question):
    """The answer is one of `first`, `second`, `equal` and `both_bad`."""

    name: ClassVar[str] = "Which of two is better"
    scale: ClassVar[Scale] = "nominal"

    first: str = Field("The first", min_length=1, max_length=40, title="Name of the first")
    second: str = Field("The second", min_length=1, max_length=40, title="Name of the second")
    equal: bool = Field(True, title="They may be equally good")
    both_bad: bool = Field(True, title="Both may be bad")

    @property
    def labels(self) -> dict[str, str]:
        """What can be chosen, in words, by what is stored."""
        found = {"first": self.first, "second": self.second}
        return found | ({"equal": "Equal"} if self.equal else {}) | ({"both_bad": "Both bad"} if self.both_bad else {})

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(self.labels)

    def typed(self, given: Given) -> Any:
        return next((one for one in reversed(given.get("", ())) if one), None)

    def check(self, answer: Any, sample: Sequence[Turn]) -> str:
        if not isinstance(answer, str) or answer not in self.labels:
            raise Refused(say("Choose one of: %(options)s.", options=", ".join(self.labels.values())))
        return answer

    def distance(self, one: Any, other: Any) -> float:
        return nominal(one, other)

    def words(self, answer: Any) -> str:
        return self.labels.get(answer, str(answer))
