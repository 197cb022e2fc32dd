"""A ranking of given things, the best first; two may share a place."""

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from app.curation import distances
from app.curation.rubric import Given, Options, Question, Refused, Scale
from app.curation.sample import Turn
from app.messages import say


class Ranking(Question):
    """The answer is a list of places, each a list of what stands there: ``[["A"], ["B", "C"]]``."""

    name: ClassVar[str] = "Ranking"
    scale: ClassVar[Scale] = "ranking"

    options: Options = Field(title="What to rank", description="One on each line.", max_length=9)

    def typed(self, given: Given) -> Any:
        """A form sends the place of each option by its number, from 0. Places may be left out: only the order counts."""
        placed: dict[int, list[str]] = {}
        for number, option in enumerate(self.options):
            text = next(iter(given.get(str(number), ())), "").strip()
            if text.isascii() and text.isdigit() and len(text) < 4:
                placed.setdefault(int(text), []).append(option)
        return [placed[place] for place in sorted(placed)] or None

    def check(self, answer: Any, sample: Sequence[Turn]) -> list[list[str]]:
        if not isinstance(answer, list) or not all(isinstance(group, list) and group for group in answer):
            raise Refused(say("Give each a place, 1 for the best."))
        named = [option for group in answer for option in group]
        if any(option not in self.options for option in named) or len(named) != len(set(named)):
            raise Refused(say("Rank each of these once: %(options)s.", options=", ".join(self.options)))
        if len(named) < len(self.options):
            left = [option for option in self.options if option not in named]
            raise Refused(say("Give a place to the others too: %(options)s.", options=", ".join(left)))
        return [[option for option in self.options if option in group] for group in answer]

    def distance(self, one: Any, other: Any) -> float:
        return distances.ranking(one, other)

    def words(self, answer: Any) -> str:
        return ", then ".join(" and ".join(group) for group in answer)

    def place(self, answer: Any, option: str) -> int | None:
        """From 1 for the best; None where it has none yet."""
        groups = answer if isinstance(answer, list) else []
        return next((place for place, group in enumerate(groups, 1) if option in group), None)
