"""The review queue's places: N for each sample that waits for experts, closed while the sample is dropped."""

from typing import Any, cast

from sqlalchemy import CursorResult, Select, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import Dataset, Sample, SampleState, Slot, SlotState


def open_slots(session: Session, dataset: Dataset, samples: Select[int]) -> int:
    """Give those of the samples that are queued their N places. Returns how many places were made or opened again."""
    queued = select(Sample.id).where(
        Sample.dataset_id == dataset.id, Sample.state == SampleState.QUEUED, Sample.id.in_(samples)
    )
    return _reopen(session, dataset, queued) + _add_missing(session, dataset, queued)


def close_slots(session: Session, dataset: Dataset, samples: Select[int] | None = None) -> int:
    """Take dropped samples out of the queue, also from the hands of an expert.

    An answer that comes later is kept, but does not count. Places are closed, never deleted: answers hang on them.
    """
    dropped = select(Sample.id).where(Sample.dataset_id == dataset.id, Sample.state == SampleState.DROPPED)
    if samples is not None:
        dropped = dropped.where(Sample.id.in_(samples))
    waiting = Slot.state.in_([SlotState.OPEN, SlotState.LEASED])
    return _count(
        session.execute(
            update(Slot)
            .where(Slot.dataset_id == dataset.id, waiting, Slot.sample_id.in_(dropped))
            .values(state=SlotState.CLOSED, expert_id=None, leased_until=None)
            .execution_options(synchronize_session=False)
        )
    )


def _reopen(session: Session, dataset: Dataset, queued: Select[int]) -> int:
    return _count(
        session.execute(
            update(Slot)
            .where(Slot.dataset_id == dataset.id, Slot.state == SlotState.CLOSED, Slot.sample_id.in_(queued))
            .values(state=SlotState.OPEN)
            .execution_options(synchronize_session=False)
        )
    )


def _add_missing(session: Session, dataset: Dataset, queued: Select[int]) -> int:
    numbers = func.generate_series(1, dataset.reviews_per_sample).table_valued("number").render_derived()
    has_place = exists().where(Slot.sample_id == Sample.id, Slot.number == numbers.c.number)
    missing = (
        select(literal(dataset.id), Sample.id, numbers.c.number)
        .select_from(Sample)
        .join(numbers, literal(True))
        .where(Sample.id.in_(queued), ~has_place)
        .order_by(Sample.id, numbers.c.number)
    )
    # Two runs may open the same places at the same moment.
    return _count(
        session.execute(
            insert(Slot).from_select(["dataset_id", "sample_id", "number"], missing).on_conflict_do_nothing(),
            execution_options={"preserve_rowcount": True},
        )
    )


def _count(result: Any) -> int:
    return cast("CursorResult[Any]", result).rowcount
