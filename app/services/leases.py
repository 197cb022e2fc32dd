"""Reserving samples for one expert at a time, and no longer than they look at them."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.orm import Session

from app.models import Dataset, Review, Slot, SlotState, User
from app.services import desk_pauses, gold_queue, lanes
from app.settings import get_settings

MOST = 5
"""Places that one page may have in hand: the one that is read, a few ahead of it, none to hoard."""


def next_slots(session: Session, dataset: Dataset, expert: User, count: int = 2) -> list[Slot]:
    """The places that this expert decides next: those in their hands first, then free ones.

    Fewer than `count` where none is left. A sample that the expert took back comes first.
    Nobody gets a sample twice, nor one that they skipped.
    """
    lock_desk(session, dataset.id, expert.id)
    if desk_pauses.is_paused(session, dataset, expert):
        return []
    slots = list(_held(session, dataset, expert, count)) if renew(session, dataset, expert) else []
    if len(slots) < count:
        _free_expired(session, dataset)
    gold_queue.keep_in_front(session, slots)
    while len(slots) < count and (claimed := _next(session, dataset, expert, slots)) is not None:
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
    return func.make_interval(0, 0, 0, 0, 0, get_settings().lease_minutes)


def _next(session: Session, dataset: Dataset, expert: User, held: Sequence[Slot]) -> Slot | None:
    return gold_queue.due(session, dataset, expert, held) or _claim(session, dataset, expert)


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


def _free_expired(session: Session, dataset: Dataset) -> None:
    """Give back what others left lying. Places that someone is answering at this moment are left alone."""
    session.execute(
        text("""
        UPDATE slots SET state = 'open', expert_id = NULL, leased_until = NULL WHERE id IN (
            SELECT id FROM slots WHERE dataset_id = :dataset AND state = 'leased' AND leased_until < now()
            FOR UPDATE SKIP LOCKED)
    """),
        {"dataset": dataset.id},
    )


def _claim(session: Session, dataset: Dataset, expert: User) -> Slot | None:
    """The first free place that this expert may have, of the lanes they serve. One at a time: never two of a sample."""
    # Scalar subqueries are looked up row by row. As NOT EXISTS they became a join, which with stale statistics
    # compared every free place with every answer of the expert.
    claim = text("""
        UPDATE slots SET state = 'leased', expert_id = :expert, leased_until = now() + make_interval(mins => :minutes)
        WHERE id = (
            SELECT s.id FROM unnest(CAST(:lanes AS text[])) AS served(lane), LATERAL (
                SELECT s.id, s.rank FROM slots s
                WHERE s.dataset_id = :dataset AND s.lane = served.lane AND s.state = 'open'
                  AND (
                    SELECT true FROM reviews r
                    WHERE r.sample_id = s.sample_id AND r.expert_id = :expert AND r.undone_at IS NULL
                      AND r.superseded_at IS NULL LIMIT 1) IS NULL
                  AND (
                    SELECT true FROM slots o
                    WHERE o.sample_id = s.sample_id AND o.expert_id = :expert AND o.state = 'leased' LIMIT 1) IS NULL
                ORDER BY s.rank, s.id LIMIT 1 FOR UPDATE OF s SKIP LOCKED) AS s
            ORDER BY s.rank, s.id LIMIT 1)
        RETURNING slots.*
    """)
    values = {
        "dataset": dataset.id,
        "expert": expert.id,
        "minutes": get_settings().lease_minutes,
        "lanes": lanes.served(session, dataset, expert),
    }
    claimed: Slot | None = session.scalar(
        select(Slot).from_statement(claim), values, execution_options={"populate_existing": True}
    )
    return claimed
