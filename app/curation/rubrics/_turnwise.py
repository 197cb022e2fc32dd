"""Questions that can also be asked of every turn of a conversation: then the answer holds one for each turn's number."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from app.curation.rubric import Given, Question, Refused
from app.curation.sample import Turn
from app.messages import say


class Turnwise(Question):
    """A kind says what one answer is; `per_turn` asks it of each turn that this speaker has."""

    per_turn: Literal["", "assistant", "user", "system", "tool"] = Field(
        "",
        title="Ask about each turn of",
        description="For conversations. Without a speaker, once for the whole sample.",
    )

    def turns(self, sample: Sequence[Turn]) -> list[int]:
        """The numbers of the turns that are asked about; empty where it is asked once."""
        return [number for number, turn in enumerate(sample) if turn.role == self.per_turn] if self.per_turn else []

    def typed(self, given: Given) -> Any:
        if not self.per_turn:
            return self.typed_one(given.get("", ()))
        found = {number: self.typed_one(given[number]) for number in given if number}
        return {number: answer for number, answer in found.items() if answer is not None} or None

    def check(self, answer: Any, sample: Sequence[Turn]) -> Any:
        if not self.per_turn:
            return self.check_one(answer)
        if not isinstance(answer, dict):
            raise Refused(say("Answer for each turn."))
        asked = {str(number) for number in self.turns(sample)}
        if not answer.keys() <= asked:
            raise Refused(say("An answer is for a turn that is not asked about. Load the page again."))
        return {number: self.check_one(answer[number]) for number in sorted(answer, key=int)}

    def missing(self, answer: Any, sample: Sequence[Turn]) -> bool:
        if not self.per_turn:
            return super().missing(answer, sample)
        given = answer or {}
        return any(super(Turnwise, self).missing(given.get(str(number)), sample) for number in self.turns(sample))

    def distance(self, one: Any, other: Any) -> float:
        """Over turns, the mean; a turn that only one of the two answered is wholly apart."""
        if not self.per_turn:
            return self.distance_one(one, other)
        asked = one.keys() | other.keys()
        apart = [self.distance_one(one[at], other[at]) if at in one and at in other else 1.0 for at in sorted(asked)]
        return sum(apart) / len(apart) if apart else 0.0

    def words(self, answer: Any) -> str:
        if not self.per_turn:
            return self.words_one(answer)
        return "; ".join(f"turn {int(number) + 1}: {self.words_one(one)}" for number, one in answer.items())

    @abstractmethod
    def typed_one(self, given: Sequence[str]) -> Any:
        """One answer from what a form sent."""

    @abstractmethod
    def check_one(self, answer: Any) -> Any:
        """One answer as it is stored. Refused."""

    @abstractmethod
    def distance_one(self, one: Any, other: Any) -> float: ...

    @abstractmethod
    def words_one(self, answer: Any) -> str: ...
