"""Reserving samples for one expert at a time, and no longer than they look at them."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.orm import Session

from app.models import Dataset, Review, Slot, SlotState, User
from app.services import lanes
from app.services.claiming import claim
from app.services.freeing import free_expired
from app.settings import get_settings


def next_slots(session: Session, dataset: Dataset, expert: User, count: int = 2) -> list[Slot]:
    """The places that this expert decides next: those in their hands first, then free ones.

    Fewer than `count` where none is left or the dataset is paused. A sample that the expert took back comes first.
    Nobody gets a sample twice, nor one that they skipped.
    """
    lock_desk(session, dataset.id, expert.id)
    slots = list(_held(session, dataset, expert, count)) if renew(session, dataset, expert) else []
    if len(slots) == count or dataset.paused_at is not None:
        return slots
    free_expired(session, dataset)
    served = lanes.served(session, dataset, expert)
    while len(slots) < count:
        claimed = claim(session, dataset, expert, served, is_urgent=not slots)
        if claimed is None:
            break
        slots.append(claimed)
    return slots


def renew(session: Session, dataset: Dataset, expert: User) -> int:
    """Reserve what an expert holds for a full term from now. Returns how many places that is."""
    held = session.scalars(
        update(Slot)
        .where(Slot.dataset_id == dataset.id, Slot.expert_id == expert.id, Slot.state == SlotState.LEASED)
        .values(leased_until=func.now() + term())
        .returning(Slot.id)
        .execution_options(synchronize_session=False)
    )
    return len(held.all())


def lock_desk(session: Session, dataset_id: int, expert_id: int) -> None:
    """One expert's requests on one dataset wait for each other, so two tabs or two quick presses cannot cross."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:desk, 0))"), {"desk": f"desk {dataset_id} {expert_id}"}
    )


def term() -> ColumnElement[timedelta]:
    """How long a place stays reserved."""
    return func.make_interval(0, 0, 0, 0, 0, 0, 60 * get_settings().lease_minutes)


def _held(session: Session, dataset: Dataset, expert: User, count: int) -> Sequence[Slot]:
    taken_back = (
        select(func.max(Review.undone_at))
        .where(Review.slot_id == Slot.id, Review.expert_id == expert.id)
        .scalar_subquery()
    )
    return session.scalars(
        select(Slot)
        .where(Slot.dataset_id == dataset.id, Slot.expert_id == expert.id, Slot.state == SlotState.LEASED)
        .order_by(taken_back.desc().nulls_last(), Slot.rank, Slot.id)
        .limit(count)
        .execution_options(populate_existing=True)
    ).all()
