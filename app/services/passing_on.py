"""Samples that experts passed on because they want another field: the lead sees them and says which."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Corpus, Dataset, Decision, Review, Sample, SampleField, SampleState, User
from app.services import queue_order, review_plan
from app.services.errors import Invalid, NotFound
from app.services.lanes import tidy
from app.services.reasons import NOT_MY_FIELD

SHOWN = 50


@dataclass(frozen=True)
class Passed:
    """A waiting sample that so many people said is not of their field."""

    sample_id: int
    words: str
    people: int
    field: str


def waiting(session: Session, dataset: Dataset) -> Sequence[Passed]:
    """Those that as many people passed on as the plan says, most often first. Who has been given a field counts anew."""
    is_since = or_(SampleField.created_at.is_(None), Review.created_at > SampleField.created_at)
    people = func.count(Review.expert_id.distinct()).filter(is_since)
    rows = session.execute(
        select(
            Sample.id,
            func.left(func.coalesce(func.nullif(Sample.question, ""), Sample.answer), 160),
            people,
            func.coalesce(SampleField.field, Corpus.field),
        )
        .join(Review, Review.sample_id == Sample.id)
        .join(Corpus, Corpus.id == Sample.corpus_id)
        .outerjoin(SampleField, SampleField.sample_id == Sample.id)
        .where(
            Review.dataset_id == dataset.id,
            Review.reason == NOT_MY_FIELD,
            Review.decision == Decision.SKIP,
            Review.undone_at.is_(None),
            Sample.state == SampleState.QUEUED,
        )
        .group_by(Sample.id, SampleField.sample_id, Corpus.id)
        .having(people >= review_plan.load(dataset).passed_on_by)
        .order_by(people.desc(), Sample.id)
        .limit(SHOWN)
    )
    return [Passed(*row) for row in rows]


def give(session: Session, dataset: Dataset, by: User, sample_id: int, field: str) -> None:
    """Put a sample into a field's lane. Those who passed it on are not asked again. Invalid, NotFound."""
    if not tidy(field):
        raise Invalid(say("Write the field whose experts should see this sample, such as cardiology."), "field")
    if session.scalar(select(Sample.id).where(Sample.id == sample_id, Sample.dataset_id == dataset.id)) is None:
        raise NotFound(say("There is no such sample in this dataset any more. Load the page again."))
    values = {"field": tidy(field), "given_by": by.id, "created_at": func.clock_timestamp()}
    session.execute(
        insert(SampleField)
        .values(sample_id=sample_id, **values)
        .on_conflict_do_update(index_elements=[SampleField.sample_id], set_=values)
    )
    queue_order.arrange(session, dataset, np.array([sample_id]))
