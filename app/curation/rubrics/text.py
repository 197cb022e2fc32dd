"""An answer in the expert's own words."""

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from app.curation.distances import nominal
from app.curation.rubric import Given, Question, Refused, Scale
from app.curation.sample import Turn
from app.messages import say


class Text(Question):
    """The answer is the text, without blanks at its ends."""

    name: ClassVar[str] = "Free text"
    scale: ClassVar[Scale] = "none"

    longest: int = Field(2_000, ge=10, le=20_000, title="Characters at most")

    def typed(self, given: Given) -> Any:
        return next(iter(given.get("", ())), "").replace("\r\n", "\n").strip() or None

    def check(self, answer: Any, sample: Sequence[Turn]) -> str:
        if not isinstance(answer, str) or not answer.strip() or "\0" in answer:
            raise Refused(say("Write a few words."))
        if len(answer.strip()) > self.longest:
            raise Refused(
                say(
                    "Use %(most)s characters or fewer; these are %(number)s.",
                    most=self.longest,
                    number=len(answer.strip()),
                )
            )
        return answer.strip()

    def distance(self, one: Any, other: Any) -> float:
        return nominal(one, other)

    def words(self, answer: Any) -> str:
        return str(answer)
