"""What the source says of each sentence of the answer."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from app.curation.claims import claims
from app.curation.rubric import Given, Question, Refused, Scale
from app.curation.sample import Json, Turn
from app.messages import Message, say

VERDICTS: Mapping[str, Message] = {
    "supported": say("Supported"),
    "contradicted": say("Contradicted"),
    "not_in_source": say("Not in the source"),
}
"""What can be said of a claim, in words, by what is stored."""


class Claims(Question):
    """The answer is a list of ``{"path", "start", "end", "label"}``: each sentence of the answer, as imported."""

    name: ClassVar[str] = "Each sentence against its source"
    scale: ClassVar[Scale] = "claims"
    needs_source: ClassVar[bool] = True

    def typed(self, given: Given) -> Any:
        """A form sends a verdict by the number of its sentence, from 0."""
        chosen = {number: next((one for one in reversed(sent) if one), "") for number, sent in given.items()}
        found = [
            {"claim": int(number), "label": label}
            for number, label in chosen.items()
            if label.strip() and number.isascii() and number.isdigit() and len(number) < 5
        ]
        return found or None

    def check(self, answer: Any, sample: Sequence[Turn]) -> list[Json]:
        if not isinstance(answer, list):
            raise Refused(say("Say of each sentence whether the source supports it."))
        places = [{"path": list(one.path), "start": one.start, "end": one.end} for one in claims(sample)]
        found = [self._placed(one, places) for one in answer]
        if len({one["start"] for one in found}) < len(found):
            raise Refused(say("A sentence was judged twice. Load the page again."))
        return sorted(found, key=lambda one: one["start"])

    def missing(self, answer: Any, sample: Sequence[Turn]) -> bool:
        return len(answer or ()) < len(claims(sample))

    def distance(self, one: Any, other: Any) -> float:
        """The share of sentences that were judged differently; one that only one of the two judged is wholly apart."""
        mine, theirs = ({claim["start"]: claim["label"] for claim in said} for said in (one, other))
        judged = mine.keys() | theirs.keys()
        return sum(mine.get(at) != theirs.get(at) for at in judged) / len(judged) if judged else 0.0

    def words(self, answer: Any) -> str:
        counts = {title: sum(one["label"] == label for one in answer) for label, title in VERDICTS.items()}
        return ", ".join(f"{count} × {title.lower()}" for title, count in counts.items() if count) or "nothing judged"

    def _placed(self, one: Any, places: Sequence[Json]) -> Json:
        if not isinstance(one, dict) or one.get("label") not in tuple(VERDICTS):
            raise Refused(say("Choose one of: %(options)s.", options=", ".join(VERDICTS.values())))
        number = one.get("claim")
        if type(number) is int and 0 <= number < len(places):
            return {**places[number], "label": one["label"]}
        place = {name: one.get(name) for name in ("path", "start", "end")}
        if place not in places:
            raise Refused(say("A sentence that was judged is not in this sample. Load the page again."))
        return {**place, "label": one["label"]}
