"""Grounding: whether an answer says what stands in the passage that it was made from."""

import numpy as np

from app.curation.batch import Array, Batch
from app.curation.bounds import Bound, Measure, at_least, at_most
from app.curation.filter import Filter
from app.curation.grounding import Claim, claims, missing_numbers

MEAN = Measure("grounding", "Share of the answer's words that stand in its passage", kind="share")
LEAST = Measure("grounding_of_weakest_sentence", "The same for the sentence that has least of them", kind="share")
UNSUPPORTED = Measure("unsupported_sentences", "Share of sentences that the passage hardly mentions", kind="share")
NUMBERS = Measure("unsupported_numbers", "Numbers that stand neither in the passage nor in the question", "numbers")


class Grounding(Filter):
    """How far an answer is covered by its passage, by words and numbers alone; nothing where a sample has no passage."""

    min_grounding: Bound = at_least(0.25, MEAN, "answer_not_from_passage", "Own passages reach it, others hardly do.")
    min_grounding_of_weakest_sentence: Bound = at_least(None, LEAST, "sentence_not_from_passage")
    max_unsupported_sentences: Bound = at_most(0.5, UNSUPPORTED, "too_many_unsupported_sentences")
    max_unsupported_numbers: Bound = at_most(
        None, NUMBERS, "numbers_not_from_passage", "Leave off where answers are calculated."
    )

    def measure(self, batch: Batch) -> dict[str, Array]:
        found = {name: np.full(len(batch), np.nan) for name in self.measures()}
        for row in np.flatnonzero(batch.has_passage & batch.is_answered).tolist():
            passage, answer, question = batch.passages[row], batch.replies[row], batch.prompts[row]
            for name, value in _measures(claims(answer, passage, question)).items():
                found[name][row] = value
            found[NUMBERS.name][row] = len(missing_numbers(answer, passage, question))
        return found


def _measures(said: list[Claim]) -> dict[str, float]:
    """Nothing of an answer that says too little to be looked up."""
    if not said:
        return {}
    covered = np.array([claim.coverage for claim in said])
    unsupported = np.array([not claim.is_supported for claim in said])
    return {MEAN.name: covered.mean(), LEAST.name: covered.min(), UNSUPPORTED.name: unsupported.mean()}
