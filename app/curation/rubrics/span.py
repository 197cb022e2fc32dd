"""Labels on stretches of the text, of any turn or field."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import orjson
from pydantic import Field

from app.curation import distances
from app.curation.rubric import Given, Options, Question, Refused, Scale
from app.curation.sample import Json, Turn
from app.messages import say

MOST = 500
"""Stretches in one answer."""


class Span(Question):
    """The answer is a list of ``{"path", "start", "end", "label"}``: characters of the turn at `path`, as imported."""

    name: ClassVar[str] = "Labels on the text"
    scale: ClassVar[Scale] = "spans"

    options: Options = Field(title="Labels", description="One on each line.", max_length=9)

    def typed(self, given: Given) -> Any:
        """The list as JSON; or, without a script, the words themselves, one stretch on each line of a label's box."""
        found = _listed(next(iter(given.get("", ())), ""))
        for number, label in enumerate(self.options):
            lines = "\n".join(given.get(str(number), ())).splitlines()
            found += [{"quote": line.strip(), "label": label} for line in lines if line.strip()]
        return found or None

    def check(self, answer: Any, sample: Sequence[Turn]) -> list[Json]:
        if not isinstance(answer, list) or len(answer) > MOST:
            raise Refused(say("Mark words of the sample, then choose their label."))
        found = [self._placed(one, sample) for one in answer]
        order = {turn.path: number for number, turn in enumerate(sample)}
        found.sort(
            key=lambda one: (order[tuple(one["path"])], one["start"], one["end"], self.options.index(one["label"]))
        )
        return [one for number, one in enumerate(found) if one not in found[:number]]

    def distance(self, one: Any, other: Any) -> float:
        return distances.spans(one, other)

    def words(self, answer: Any) -> str:
        counts = {label: sum(one["label"] == label for one in answer) for label in self.options}
        return ", ".join(f"{count} × {label}" for label, count in counts.items() if count) or "nothing marked"

    def _placed(self, one: Any, sample: Sequence[Turn]) -> Json:
        if not isinstance(one, dict) or one.get("label") not in self.options:
            raise Refused(say("Choose one of these labels: %(options)s.", options=", ".join(self.options)))
        if "quote" in one:
            one = _found(str(one["quote"]), sample) | {"label": one["label"]}
        path, start, end = one.get("path"), one.get("start"), one.get("end")
        turn = next((turn for turn in sample if list(turn.path) == path), None)
        if turn is None or type(start) is not int or type(end) is not int or not 0 <= start < end <= len(turn.text):
            raise Refused(say("A marked stretch does not lie in this sample. Remove the mark and set it again."))
        return {"path": list(turn.path), "start": start, "end": end, "label": one["label"]}


def _listed(text: str) -> list[Any]:
    try:
        found = orjson.loads(text) if text else []
    except orjson.JSONDecodeError:
        return [text]
    return found if isinstance(found, list) else [found]


def _found(quote: str, sample: Iterable[Turn]) -> Json:
    """Where the quoted words stand first; the answer is looked at before the question."""
    for turn in reversed(list(sample)):
        start = turn.text.find(quote)
        if start >= 0:
            return {"path": list(turn.path), "start": start, "end": start + len(quote)}
    raise Refused(
        say("“%(quote)s” does not stand in the sample. Copy the words exactly as they are.", quote=quote[:60])
    )
