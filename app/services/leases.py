"""Reserving samples for one expert at a time, and no longer than they look at them."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, bindparam, func, select, text, update
from sqlalchemy.orm import Session

from app.models import Dataset, Review, Slot, SlotState, User
from app.services import desk_pauses, gold_queue, lanes
from app.services.claiming import claim
from app.services.freeing import free_expired
from app.settings import get_settings

MOST = 5
"""Places that one page may have in hand: the one that is read, a few ahead of it, none to hoard."""

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:desk, 0))")
# Put together once: this is asked with every sample and every answer.
_TERM = func.make_interval(0, 0, 0, 0, 0, 0, bindparam("seconds"))
_MINE = (
    Slot.dataset_id == bindparam("dataset"),
    Slot.expert_id == bindparam("expert"),
    Slot.state == SlotState.LEASED,
)
_IS_DUE = Slot.leased_until < func.now() + _TERM * 0.95
_RENEW = (
    select(func.count())
    .select_from(Slot)
    .where(*_MINE)
    .add_cte(
        update(Slot).where(*_MINE, _IS_DUE).values(leased_until=func.now() + _TERM).returning(Slot.id).cte("renewed")
    )
)
_TAKEN_BACK = (
    select(func.max(Review.undone_at))
    .where(Review.slot_id == Slot.id, Review.expert_id == bindparam("expert"))
    .scalar_subquery()
)
_HELD = (
    select(Slot, _IS_DUE.label("is_due"))
    .where(*_MINE)
    .order_by(_TAKEN_BACK.desc().nulls_last(), Slot.rank, Slot.id)
    .execution_options(populate_existing=True)
)


def next_slots(session: Session, dataset: Dataset, expert: User, count: int = 2) -> list[Slot]:
    """The places that this expert decides next: those in their hands first, then free ones.

    Fewer than `count` where none is left or the dataset is paused. A sample that the expert took back comes first.
    Nobody gets a sample twice, nor one that they skipped.
    """
    lock_desk(session, dataset.id, expert.id)
    if desk_pauses.is_paused(session, dataset, expert):
        return []
    return _filled(session, dataset, expert, _held(session, dataset, expert)[:count], count)


def _filled(session: Session, dataset: Dataset, expert: User, slots: list[Slot], count: int) -> list[Slot]:
    """What is held, and free places to make up the number."""
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
    lock_desk(session, dataset.id, expert.id)
    if desk_pauses.is_paused(session, dataset, expert):
        return None
    held = _held(session, dataset, expert)
    count = min(sum(slot.id in beyond for slot in held), MOST - 1) + 1
    slots = _filled(session, dataset, expert, held[:count], count)
    return next((slot for slot in slots if slot.id not in beyond), None)


def renew(session: Session, dataset: Dataset, expert: User) -> int:
    """Reserve what an expert holds for a full term from now, give or take a twentieth. Returns how many places that is.

    What was renewed a moment ago is not written again: an open page asks twice for every answer.
    """
    return session.scalar(_RENEW, _whose(dataset, expert)) or 0


def lock_desk(session: Session, dataset_id: int, expert_id: int) -> None:
    """One expert's requests on one dataset wait for each other, so two tabs or two quick presses cannot cross."""
    session.execute(_LOCK, {"desk": f"desk {dataset_id} {expert_id}"})


def term() -> ColumnElement[timedelta]:
    """How long a place stays reserved."""
    return func.make_interval(0, 0, 0, 0, 0, 0, 60 * get_settings().lease_minutes)


def _held(session: Session, dataset: Dataset, expert: User) -> list[Slot]:
    """All that an expert holds, for a full term from now; what they took back last comes first."""
    whose = _whose(dataset, expert)
    found = session.execute(_HELD, whose).all()
    if any(row.is_due for row in found):
        renew(session, dataset, expert)
        found = session.execute(_HELD, whose).all()  # what has been lost at this moment is not shown
    return [row.Slot for row in found]


def _whose(dataset: Dataset, expert: User) -> dict[str, float]:
    return {"dataset": dataset.id, "expert": expert.id, "seconds": 60 * get_settings().lease_minutes}
