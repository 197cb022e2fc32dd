"""Length: how much was asked and answered."""

import numpy as np

from app.curation.batch import Array, Batch, each, where
from app.curation.bounds import Bound, Measure, at_least, at_most
from app.curation.filter import Filter

PROMPT_WORDS = Measure("prompt_words", "Question length", "words")
ANSWER_WORDS = Measure("answer_words", "Answer length", "words")
ANSWER_CHARACTERS = Measure("answer_characters", "Answer length", "characters")
TEXT_WORDS = Measure("text_words", "Text length", "words")
TEXT_CHARACTERS = Measure("text_characters", "Length of the whole sample", "characters")


class Length(Filter):
    """How long the question, the answer and the whole text are. Chinese, Japanese and Thai count every character."""

    min_prompt_words: Bound = at_least(1, PROMPT_WORDS, "question_too_short")
    max_prompt_words: Bound = at_most(None, PROMPT_WORDS, "question_too_long")
    min_answer_words: Bound = at_least(None, ANSWER_WORDS, "answer_too_short")
    max_answer_words: Bound = at_most(None, ANSWER_WORDS, "answer_too_long")
    min_answer_characters: Bound = at_least(1, ANSWER_CHARACTERS, "answer_empty", "Catches blank answers.")
    min_text_words: Bound = at_least(10, TEXT_WORDS, "text_too_short", "Looks at plain documents only.")
    max_text_words: Bound = at_most(None, TEXT_WORDS, "text_too_long", "Looks at plain documents only.")
    max_text_characters: Bound = at_most(1_000_000, TEXT_CHARACTERS, "sample_too_long")

    def measure(self, batch: Batch) -> dict[str, Array]:
        answer_words = batch.answer_words.counts.astype(np.float64)
        return {
            "prompt_words": where(~batch.is_text, batch.prompt_words.counts.astype(np.float64)),
            "answer_words": where(batch.is_answered, answer_words),
            "answer_characters": where(batch.is_answered, each(_characters, batch.answers)),
            "text_words": where(batch.is_text, answer_words),
            "text_characters": each(_characters, batch.texts),
        }


def _characters(text: str) -> int:
    return len(text.strip())
