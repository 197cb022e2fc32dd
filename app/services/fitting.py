"""Keeping the queue to what is asked for: as many places per sample as the plan wants, none lacking and none too many."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, func, or_, select, text, true, update
from sqlalchemy.orm import Session

from app.models import Dataset, Decision, Review, Sample, SampleState, Slot, SlotPurpose, SlotState
from app.services import slots
from app.services.settling import OUTCOMES, settle


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
    """Decide what nobody is asked about any more: by its one answer in one statement, else sample by sample."""
    now = slots.standing(dataset, samples)
    is_complete = and_(now.c.done > 0, now.c.active == now.c.done)
    _decide_single(session, select(now.c.id).where(is_complete, now.c.done == 1))
    rest = select(now.c.id).where(is_complete, now.c.done > 1)
    for sample in session.scalars(
        select(Sample).where(Sample.id.in_(rest)).execution_options(populate_existing=True)
    ).all():
        settle(session, sample)


def _decide_single(session: Session, complete: Select[int]) -> None:
    is_answer = and_(
        Review.counted,
        Review.undone_at.is_(None),
        Review.decision != Decision.SKIP,
        Slot.purpose == SlotPurpose.REVIEW,
        Slot.state == SlotState.DONE,
    )
    for decision, state in OUTCOMES.items():
        answers = (
            select(Review.sample_id, Review.revision_id)
            .join(Slot, Slot.id == Review.slot_id)
            .where(is_answer, Review.decision == decision, Review.sample_id.in_(complete))
            .subquery()
        )
        session.execute(
            update(Sample)
            .where(Sample.id == answers.c.sample_id, Sample.state == SampleState.QUEUED, true())
            .values(
                state=state,
                decided_at=func.now(),
                revision_id=answers.c.revision_id if decision is Decision.APPROVE else None,
            )
            .execution_options(synchronize_session=False)
        )
