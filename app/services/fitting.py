"""Keeping the queue to what is asked for: as many places per sample as the plan wants, none lacking and none too many."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, and_, any_, exists, literal, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.models import Dataset, Job, JobKind, Sample, SampleState
from app.services import chosen, jobs, review_plan, settling_many, slots

_FITTED = select(Sample.id).where(Sample.id.in_(text("SELECT id FROM fitted")))


class Walked(NamedTuple):
    """Samples in the order of their numbers up to `last` were seen to; `left` is the first that is in other hands."""

    last: int
    number: int
    left: int | None


def fit(session: Session, dataset: Dataset, after: int, most: int) -> Walked | None:
    """Bring the next waiting samples to what the plan wants: add places, close those too many, decide what is complete.

    What somebody is answering or taking at this moment is passed over: nobody waits here, so nobody waits in a ring.
    None where there are no more.
    """
    found = _next(session, dataset, after, most)
    if not found:
        return None
    review_plan.reload(session, dataset)
    if held := _locked(session, _off(session, dataset, found), is_waiting=False):
        chosen.fill(session, np.array(held), "fitted")
        slots.open_slots(session, dataset, _FITTED)
        slots.close_surplus(session, dataset, _FITTED, is_waiting=False)
        _decide(session, dataset)
    return Walked(found[-1], len(found), min(_off(session, dataset, found), default=None))


def trim(session: Session, dataset: Dataset, sample_ids: Sequence[int]) -> int:
    """Close free places of samples that are not wanted any more. Returns how many."""
    review_plan.reload(session, dataset)
    held = _locked(session, _off(session, dataset, sample_ids), is_waiting=True)
    if not held:
        return 0
    chosen.fill(session, np.array(held), "fitted")
    closed = slots.close_surplus(session, dataset, _FITTED)
    _decide(session, dataset)
    return closed


def fit_answered(session: Session, dataset: Dataset, sample: Sample) -> None:
    """While the queue is being brought to a new plan, an answer brings its own sample there, which it has locked."""
    changing = exists().where(Job.dataset_id == dataset.id, Job.kind == JobKind.QUEUE, Job.state.in_(jobs.ACTIVE))
    if session.scalar(select(changing)):
        slots.open_slots(session, dataset, select(Sample.id).where(Sample.id == sample.id))
        trim(session, dataset, [sample.id])


def _next(session: Session, dataset: Dataset, after: int, most: int) -> Sequence[int]:
    waiting = Sample.dataset_id == dataset.id, Sample.state == SampleState.QUEUED, Sample.id > after
    return session.scalars(select(Sample.id).where(*waiting).order_by(Sample.id).limit(most)).all()


def _off(session: Session, dataset: Dataset, sample_ids: Sequence[int]) -> Sequence[int]:
    """Those of the waiting samples that lack places, have free ones too many, or are complete."""
    queued = select(Sample.id).where(_among(sample_ids), Sample.state == SampleState.QUEUED)
    now = slots.standing(dataset, queued)
    is_off = or_(now.c.active < now.c.wanted, and_(now.c.active > now.c.wanted, now.c.open > 0), _is_complete(now))
    return session.scalars(select(now.c.id).where(is_off)).all()


def _is_complete(now: slots.Standing) -> ColumnElement[bool]:
    return and_(now.c.done > 0, now.c.active == now.c.done)


def _locked(session: Session, sample_ids: Sequence[int], *, is_waiting: bool) -> Sequence[int]:
    """Samples are locked before their places, as by an answer; in one order, so that nobody waits for ever."""
    if not sample_ids:
        return []
    query = select(Sample.id).where(_among(sample_ids), Sample.state == SampleState.QUEUED).order_by(Sample.id)
    return session.scalars(query.with_for_update(key_share=True, skip_locked=not is_waiting)).all()


def _among(sample_ids: Sequence[int]) -> ColumnElement[bool]:
    """As one array: some thousand parameters take longer to read than the samples."""
    return Sample.id.expression == any_(literal(list(sample_ids), ARRAY(BigInteger)))


def _decide(session: Session, dataset: Dataset) -> None:
    """Decide what nobody is asked about any more."""
    now = slots.standing(dataset, _FITTED.where(Sample.state == SampleState.QUEUED))
    if complete := session.scalars(select(now.c.id).where(_is_complete(now))).all():
        settling_many.settle(session, dataset, complete)
