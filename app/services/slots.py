"""The review queue's places: N for each sample that waits for experts, closed while the sample is dropped."""

from typing import Any, cast

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CursorResult,
    Float,
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    column,
    func,
    literal,
    or_,
    select,
    table,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from app.models import Dataset, Sample, SampleState, Slot, SlotPurpose, SlotState
from app.services import review_plan

ACTIVE = (SlotState.OPEN, SlotState.LEASED, SlotState.DONE)
Standing = CTE


_PLACINGS = table("placings", column("id", BigInteger), column("lane", Text), column("rank", Float))
"""Where samples belong, as `queue_order` has prepared it in this transaction."""


def open_slots(session: Session, dataset: Dataset, samples: Select[int], *, is_prepared: bool = False) -> int:
    """Give those of the samples that are queued the places they lack. Returns how many were made or opened again.

    New places stand beside the sample's others; where that was prepared, where `queue_order` wants them.
    """
    review_plan.reload(session, dataset)
    queued = select(Sample.id).where(
        Sample.dataset_id == dataset.id, Sample.state == SampleState.QUEUED, Sample.id.in_(samples)
    )
    return _reopen(session, dataset, queued) + _add_missing(session, dataset, queued, is_prepared=is_prepared)


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


def standing(dataset: Dataset, samples: Select[int]) -> CTE:
    """Per sample: how many reviews are wanted, how its places for them stand, and what a new place takes over."""
    is_review = Slot.purpose == SlotPurpose.REVIEW

    def places(*states: SlotState) -> Any:
        return func.count(Slot.id).filter(is_review, Slot.state.in_(states))

    return (
        select(
            Sample.id,
            review_plan.wanted(dataset, Sample.id.expression).label("wanted"),
            places(*ACTIVE).label("active"),
            places(SlotState.OPEN).label("open"),
            places(SlotState.DONE).label("done"),
            # Gold places are numbered far beyond, one number per expert: they must stay free.
            func.coalesce(func.max(Slot.number).filter(Slot.purpose != SlotPurpose.GOLD), 0).label("last"),
            func.coalesce(func.max(Slot.lane).filter(is_review), "").label("lane"),
            func.coalesce(func.min(Slot.rank).filter(is_review), 0).label("rank"),
            func.max(Slot.batch_id).filter(is_review).label("batch_id"),
        )
        .outerjoin(Slot, Slot.sample_id == Sample.id)
        .where(Sample.id.in_(samples))
        .group_by(Sample.id)
        .cte("standing")
        # Counted once: while statistics still speak of an empty table, it would be counted anew for every place.
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )


def _reopen(session: Session, dataset: Dataset, queued: Select[int]) -> int:
    """As many closed places as are wanted, the first ones; those that are not for reviews all."""
    now, place = standing(dataset, queued), aliased(Slot)
    is_review = place.purpose == SlotPurpose.REVIEW
    turn = func.row_number().over(partition_by=(place.sample_id, is_review), order_by=place.number)
    closed: Subquery = (
        select(
            place.id, is_review.label("is_review"), turn.label("turn"), (now.c.wanted - now.c.active).label("lacking")
        )
        .join(now, now.c.id == place.sample_id)
        .where(place.dataset_id == dataset.id, place.state == SlotState.CLOSED)
        .subquery()
    )
    wanted = select(closed.c.id).where(or_(~closed.c.is_review, closed.c.turn <= closed.c.lacking))
    return _count(
        session.execute(
            update(Slot)
            .where(Slot.id.in_(wanted), Slot.state == SlotState.CLOSED)
            .values(state=SlotState.OPEN)
            .execution_options(synchronize_session=False)
        )
    )


def _add_missing(session: Session, dataset: Dataset, queued: Select[int], *, is_prepared: bool) -> int:
    now = standing(dataset, queued)
    further = func.generate_series(1, now.c.wanted - now.c.active).table_valued("number").render_derived()
    found: FromClause = now.join(further, true())
    lane: ColumnElement[str] = now.c.lane
    rank: ColumnElement[float] = now.c.rank
    if is_prepared:
        found = found.outerjoin(_PLACINGS, _PLACINGS.c.id == now.c.id)
        lane, rank = func.coalesce(_PLACINGS.c.lane, lane), func.coalesce(_PLACINGS.c.rank, rank)
    missing = (
        select(literal(dataset.id), now.c.id, now.c.last + further.c.number, lane, rank, now.c.batch_id)
        .select_from(found)
        .order_by(now.c.id, further.c.number)
    )
    columns = ["dataset_id", "sample_id", "number", "lane", "rank", "batch_id"]
    # Two runs may open the same places at the same moment.
    return _count(
        session.execute(
            insert(Slot).from_select(columns, missing).on_conflict_do_nothing(),
            execution_options={"preserve_rowcount": True},
        )
    )


def close_surplus(session: Session, dataset: Dataset, samples: Select[int], *, is_waiting: bool = True) -> int:
    """Close free places beyond what is wanted, the last ones. What is in somebody's hands or answered stays.

    A place that somebody is just taking is waited for, or passed over.
    """
    now, place = standing(dataset, samples), aliased(Slot)
    room = func.greatest(now.c.wanted - (now.c.active - now.c.open), 0)
    turn = func.row_number().over(partition_by=place.sample_id, order_by=place.number)
    free = (
        select(place.id, turn.label("turn"), room.label("room"))
        .join(now, now.c.id == place.sample_id)
        .where(and_(place.state == SlotState.OPEN, place.purpose == SlotPurpose.REVIEW))
        .subquery()
    )
    surplus = select(free.c.id).where(free.c.turn > free.c.room)
    if not is_waiting:
        surplus = select(Slot.id).where(Slot.id.in_(surplus)).with_for_update(skip_locked=True, key_share=True)
    return _count(
        session.execute(
            update(Slot)
            .where(Slot.id.in_(surplus), Slot.state == SlotState.OPEN)
            .values(state=SlotState.CLOSED)
            .execution_options(synchronize_session=False)
        )
    )


def _count(result: Any) -> int:
    return cast("CursorResult[Any]", result).rowcount
