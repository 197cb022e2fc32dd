"""The questions on an expert's desk: what is asked, what they had answered before, and what a model said of the last one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.answering import asked
from app.curation.rubric import Question
from app.models import Dataset, Decision, Review, Rubric, Sample, Suggestion, User
from app.services import rubrics, suggesting


@dataclass(frozen=True)
class Asked:
    """`answers` are those of an answer that the expert took back; `suggestions` are by question, where they may be seen."""

    rubric: Rubric | None = None
    questions: tuple[Question, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    suggestions: Mapping[str, Sequence[Suggestion]] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """What a model said where the expert has answered by now, both in words. `own` is empty where they did not answer."""

    question: str
    source: str
    score: float | None
    words: str
    own: str
    agrees: bool


@dataclass(frozen=True)
class Revealed:
    """The suggestions for a sample that was answered without them."""

    review_id: int
    slot_id: int
    said: list[Said]

    @property
    def others(self) -> list[Said]:
        """Where the model said something else."""
        return [one for one in self.said if not one.agrees]


def of_subject(session: Session, dataset: Dataset, sample: Sample, expert: User) -> Asked:
    """What is asked about the sample on the desk. Nothing where the dataset has no questions."""
    rubric = rubrics.current(session, dataset)
    found = rubrics.asked_of(sample, rubrics.questions(rubric))
    if not found:
        return Asked(rubric)
    return Asked(
        rubric,
        found,
        _taken_back(session, sample, expert),
        suggesting.beside(session, dataset, sample, expert),
    )


def revealed(session: Session, dataset: Dataset, expert: User) -> Revealed | None:
    """What was suggested for the sample that this expert answered last; None where they saw it before, or nothing was."""
    review = session.scalar(
        select(Review)
        .where(Review.dataset_id == dataset.id, Review.expert_id == expert.id)
        .order_by(Review.id.desc())
        .limit(1)
    )
    if review is None or review.undone_at or review.suggestions_shown or review.decision is Decision.SKIP:
        return None
    questions = rubrics.questions(session.get(Rubric, review.rubric_id)) if review.rubric_id else ()
    found = {question.key: question for question in asked(questions, review.answers)}
    said = [
        _said(found[one.question], one, review.answers.get(one.question))
        for one in (suggesting.of_sample(session, review.sample_id) if found else ())
        if one.question in found
    ]
    return Revealed(review.id, review.slot_id, said) if said else None


def _said(question: Question, one: Suggestion, answer: Any) -> Said:
    return Said(
        question.title,
        one.source,
        one.score,
        question.words(one.value),
        "" if answer is None else question.words(answer),
        answer == one.value,
    )


def _taken_back(session: Session, sample: Sample, expert: User) -> Mapping[str, Any]:
    found = session.scalar(
        select(Review.answers)
        .where(Review.sample_id == sample.id, Review.expert_id == expert.id, Review.undone_at.is_not(None))
        .order_by(Review.undone_at.desc())
        .limit(1)
    )
    return found or {}
