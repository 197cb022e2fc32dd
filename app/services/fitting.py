"""Keeping the queue to what is asked for: as many places per sample as the plan wants, none lacking and none too many."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, or_, select, text
from sqlalchemy.orm import Session

from app.models import Dataset, Sample, SampleState
from app.services import settling_many, slots

AT_ONCE = 10_000


def fit(session: Session, dataset: Dataset) -> None:
    """After the number of reviews has changed: add places, close those too many, decide what is complete by that."""
    slots.open_slots(session, dataset, _queued(dataset))
    trim(session, dataset)


def trim(session: Session, dataset: Dataset, sample_ids: Sequence[int] | None = None) -> int:
    """Close free places that are not wanted any more; of all samples, or of those given. Returns how many."""
    found = _locked(session, dataset, sample_ids)
    if not found:
        return 0
    session.execute(text("CREATE TEMP TABLE IF NOT EXISTS fitted (id bigint PRIMARY KEY) ON COMMIT DELETE ROWS"))
    session.execute(text("DELETE FROM fitted"))
    session.execute(text("INSERT INTO fitted SELECT unnest(CAST(:ids AS bigint[]))"), {"ids": list(found)})
    session.execute(text("ANALYZE fitted"))
    chosen = select(Sample.id).where(Sample.id.in_(text("SELECT id FROM fitted")))
    closed = slots.close_surplus(session, dataset, chosen)
    _decide(session, dataset, chosen)
    return closed


def _queued(dataset: Dataset) -> Select[int]:
    return select(Sample.id).where(Sample.dataset_id == dataset.id, Sample.state == SampleState.QUEUED)


def _locked(session: Session, dataset: Dataset, sample_ids: Sequence[int] | None) -> Sequence[int]:
    """Samples with places too many, and such as are complete; locked before their places, as by an answer."""
    queued = _queued(dataset)
    if sample_ids is not None:
        queued = queued.where(Sample.id.in_(sample_ids))
    now = slots.standing(dataset, queued)
    is_too_many = and_(now.c.active > now.c.wanted, now.c.open > 0)
    is_complete = and_(now.c.done > 0, now.c.active == now.c.done)
    found = select(now.c.id).where(or_(is_too_many, is_complete))
    return session.scalars(
        select(Sample.id).where(Sample.id.in_(found)).order_by(Sample.id).with_for_update(key_share=True)
    ).all()


def _decide(session: Session, dataset: Dataset, samples: Select[int]) -> None:
    """Decide what nobody is asked about any more."""
    now = slots.standing(dataset, samples)
    complete = session.scalars(select(now.c.id).where(now.c.done > 0, now.c.active == now.c.done)).all()
    for first in range(0, len(complete), AT_ONCE):
        settling_many.settle(session, dataset, complete[first : first + AT_ONCE])
