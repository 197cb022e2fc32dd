"""One flagged sample as a lead sees it: what each expert said, side by side, and where they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.agreement import likeness
from app.curation.sample import Form
from app.models import (
    Corpus,
    Dataset,
    Decision,
    Review,
    Revision,
    Rubric,
    Sample,
    SampleState,
    Slot,
    SlotPurpose,
    User,
)
from app.services import judged
from app.services.edits import Piece, pieces
from app.services.histories import Change, changes
from app.services.rubric_titles import title_of

RUSHED = 3
"""Seconds below which nobody can have read a sample."""
DECIDED = (Decision.APPROVE, Decision.REJECT)


@dataclass(frozen=True)
class Said:
    """One expert's answer. `can_be_taken` is false for a flag, which decides nothing."""

    review: Review
    name: str
    specialty: str
    changes: list[Change]

    @property
    def is_rushed(self) -> bool:
        return self.review.seconds is not None and self.review.seconds < RUSHED

    @property
    def can_be_taken(self) -> bool:
        return self.review.decision in DECIDED


@dataclass(frozen=True)
class Line:
    """A question of the rubric and what each expert answered, in the order of the experts."""

    title: str
    answers: list[str]
    differs: bool


@dataclass(frozen=True)
class Dispute:
    """A sample with its answers; `words` are the pieces to begin own words from: an expert's edit where there is one."""

    sample: Sample
    corpus: Corpus
    pieces: list[Piece]
    words: list[Piece]
    said: list[Said]
    questions: list[Line]

    @property
    def differs_on_decision(self) -> bool:
        return len({one.review.decision for one in self.said}) > 1

    @property
    def differs_on_words(self) -> bool:
        approved = [one.changes for one in self.said if one.review.decision is Decision.APPROVE]
        return any(one != approved[0] for one in approved)


def of(session: Session, sample_id: int) -> Dispute:
    """Everything on one sample that a lead needs to decide it."""
    sample, corpus = session.execute(
        select(Sample, Corpus).join(Corpus, Corpus.id == Sample.corpus_id).where(Sample.id == sample_id)
    ).one()
    rows = session.execute(
        select(Review, User.name, User.specialty, Revision.content)
        .join(User, User.id == Review.expert_id)
        .join(Slot, Slot.id == Review.slot_id)
        .outerjoin(Revision, Revision.id == Review.revision_id)
        .where(
            Review.sample_id == sample_id,
            Slot.purpose == SlotPurpose.REVIEW,
            Review.counted,
            Review.undone_at.is_(None),
            Review.decision != Decision.SKIP,
        )
        .order_by(Review.id)
    ).all()
    form = Form(sample.form)
    said = [
        Said(review, name, specialty, changes(form, sample.content, content) if content else [])
        for review, name, specialty, content in rows
    ]
    edited = next((content for *_, content in rows if content), sample.content)
    found = _questions(session, sample, [one.review for one in said])
    return Dispute(sample, corpus, pieces(form, sample.content), pieces(form, edited), said, found)


def _questions(session: Session, sample: Sample, reviews: Sequence[Review]) -> list[Line]:
    keys = list(dict.fromkeys(key for review in reviews for key in review.answers))
    rubrics = session.scalars(
        select(Rubric).where(Rubric.id.in_({review.rubric_id for review in reviews})).order_by(Rubric.id.desc())
    ).all()
    lines: list[Line] = []
    for key in keys:
        given = [review.answers.get(key) for review in reviews]
        if judged.is_about_claims(rubrics, key):
            lines += [Line(one.text, one.said, one.differs) for one in judged.sentences(sample, given)]
            continue
        answered = [one for one in given if one is not None]
        lines.append(Line(title_of(rubrics, key), [in_words(one) for one in given], _differ(answered)))
    return lines


def _differ(values: Sequence[Any]) -> bool:
    return any(likeness(values[0], value) < 1 for value in values[1:])


def in_words(value: Any) -> str:
    """An answer as a table shows it."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, list):
        return ", ".join(in_words(one) for one in value)
    if isinstance(value, dict):
        return str(value.get("text") or value.get("label") or ", ".join(map(str, value.values())))
    return str(value)


def waits(session: Session, dataset: Dataset, sample_id: int) -> bool:
    """Whether this sample of the dataset waits for a lead."""
    found = select(Sample.id).where(
        Sample.id == sample_id, Sample.dataset_id == dataset.id, Sample.state == SampleState.FLAGGED
    )
    return session.scalar(found) is not None
