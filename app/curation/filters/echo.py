"""Echoes: answers that only give the question back."""

import numpy as np

from app.curation.batch import Array, Batch, column, where
from app.curation.bounds import Bound, Measure, at_most
from app.curation.filter import Filter
from app.curation.text import comparable, words

COPY = Measure("answer_is_question", "The answer is the question again", kind="flag")
OPENING = Measure(
    "question_in_answer", "Share of the answer that is the question, word for word, at its start", kind="share"
)
MIN_WORDS = 5
"""Shorter questions are rightly echoed ("The capital of France is ...")."""


class Echo(Filter):
    """Whether the answer repeats the question instead of answering it."""

    max_answer_is_question: Bound = at_most(0, COPY, "answer_is_the_question")
    max_question_in_answer: Bound = at_most(0.6, OPENING, "answer_copies_the_question")

    def measure(self, batch: Batch) -> dict[str, Array]:
        pairs = list(zip(batch.questions, batch.answers, strict=True))
        shares = column(_share(question, answer) for question, answer in pairs)
        return {
            "answer_is_question": where(batch.is_answered, np.floor(np.nan_to_num(shares))),
            "question_in_answer": where(batch.is_answered, shares),
        }


def _share(question: str, answer: str) -> float:
    """Words of the question that open the answer, as a share of the answer; NaN for a short question."""
    if len(answer) > 2 * len(question) + 40:
        return 0.0
    asked, said = words(comparable(question)), words(comparable(answer))
    if len(asked) < MIN_WORDS or not said:
        return float("nan")
    return len(asked) / len(said) if said[: len(asked)] == asked else 0.0
