"""Duplicate questions: the same question in any order of its words, whatever the answers; plain texts ask nothing."""

import numpy as np

from app.curation.batch import Batch
from app.curation.dedup.duplicate_question import DuplicateQuestion
from app.curation.edges import edges
from app.curation.sample import Sample
from app.curation.survivors import survivors
from tests.curation.samples import chat, instruction, text


def copies(*samples: Sample) -> list[int]:
    one = DuplicateQuestion()
    found = edges(one, one.signatures(Batch(samples)), lambda rows: Batch([samples[row] for row in rows]))
    survivor: list[int] = survivors(np.ones(len(samples), np.bool_), [found]).survivor.tolist()
    return survivor


def test_the_answer_does_not_matter() -> None:
    asked = "What are the early symptoms of diabetes in adults?"
    again = "In adults, what are the early symptoms of diabetes?"
    assert copies(instruction(asked, "Thirst."), chat(asked, "Tiredness."), instruction(again, "None.")) == [-1, 0, 0]


def test_other_questions_and_texts_stay() -> None:
    assert (
        copies(
            instruction("What are the early symptoms of diabetes in adults?"),
            instruction("What are the early symptoms of measles in children?"),
            text("Salt."),
            text("Salt."),
        )
        == [-1] * 4
    )
