"""Reserving samples for one expert at a time, and no longer than they look at them."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.orm import Session

from app.models import Dataset, Review, Slot, SlotState, User
from app.services import desk_pauses, gold_queue, lanes
from app.services.claiming import claim
from app.services.freeing import free_expired
from app.settings import get_settings

MOST = 5
"""Places that one page may have in hand: the one that is read, a few ahead of it, none to hoard."""


def next_slots(session: Session, dataset: Dataset, expert: User, count: int = 2) -> list[Slot]:
    """The places that this expert decides next: those in their hands first, then free ones.

    Fewer than `count` where none is left or the dataset is paused. A sample that the expert took back comes first.
    Nobody gets a sample twice, nor one that they skipped.
    """
    lock_desk(session, dataset.id, expert.id)
    if desk_pauses.is_paused(session, dataset, expert):
        return []
    slots = list(_held(session, dataset, expert, count)) if renew(session, dataset, expert) else []
    gold_queue.keep_in_front(session, slots)
    if len(slots) == count or dataset.paused_at is not None:
        return slots
    free_expired(session, dataset)
    served = lanes.served(session, dataset, expert)
    while len(slots) < count:
        claimed = gold_queue.due(session, dataset, expert, slots)
        claimed = claimed or claim(session, dataset, expert, served, is_urgent=not slots)
        if claimed is None:
            break
        slots.append(claimed)
    return slots


def following(session: Session, dataset: Dataset, expert: User, beyond: Collection[int]) -> Slot | None:
    """The place after those that an open page has in hand already, so that it is there before it is asked for."""
    in_hand = select(func.count()).where(
        Slot.id.in_(beyond),
        Slot.dataset_id == dataset.id,
        Slot.expert_id == expert.id,
        Slot.state == SlotState.LEASED,
    )
    count = min(session.scalar(in_hand) or 0 if beyond else 0, MOST - 1) + 1
    slots = next_slots(session, dataset, expert, count)
    return next((slot for slot in slots if slot.id not in beyond), None)


def renew(session: Session, dataset: Dataset, expert: User) -> int:
    """Reserve what an expert holds for a full term from now, give or take a twentieth. Returns how many places that is.

    What was renewed a moment ago is not written again: an open page asks twice for every answer.
    """
    mine = Slot.dataset_id == dataset.id, Slot.expert_id == expert.id, Slot.state == SlotState.LEASED
    renewed = (
        update(Slot)
        .where(*mine, Slot.leased_until < func.now() + term() * 0.95)
        .values(leased_until=func.now() + term())
        .returning(Slot.id)
        .cte("renewed")
    )
    return session.scalar(select(func.count()).select_from(Slot).where(*mine).add_cte(renewed)) or 0


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
