"""Injection: answers and passages that speak to a language model instead of to their reader."""

from app.curation.batch import Array, Batch, Content, among, where
from app.curation.bounds import Bound, Measure, at_most
from app.curation.cues import cues
from app.curation.filter import Filter, Spans
from app.curation.injection import SIGNS, places
from app.curation.spans import in_answers
from app.curation.texts import Texts

ANSWER = Measure("injection", "Instructions to language models in the answer", "places")
PASSAGE = Measure("injection_in_passage", "Instructions to language models in the passage", "places")


class Injection(Filter):
    """Texts such as "ignore all previous instructions", in many languages, and characters that nobody sees."""

    max_injection: Bound = at_most(0, ANSWER, "instructs_a_model")
    max_injection_in_passage: Bound = at_most(
        0, PASSAGE, "passage_instructs_a_model", "What a model made of such a passage may have followed it."
    )

    def measure(self, batch: Batch) -> dict[str, Array]:
        found = {ANSWER.name: among(SIGNS.among(batch.reply_cues), _many, batch.replies)}
        seen = SIGNS.among(cues(Texts.of(batch.passages)))
        return found | {PASSAGE.name: where(batch.has_passage, among(seen, _many, batch.passages))}

    def spans(self, sample: Content) -> Spans:
        return {"instructs_a_model": in_answers(sample, places)}


def _many(text: str) -> int:
    return sum(1 for _ in places(text))
