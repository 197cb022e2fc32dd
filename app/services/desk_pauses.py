"""An expert's desk rests when their answers on gold samples have drifted, until a lead lets them go on."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import Dataset, DeskPause, Slot, SlotPurpose, SlotState, User
from app.services import gold, gold_plan

LEAST_SEEN = 5
"""Fewer answers than these say too little about anybody."""


def is_paused(session: Session, dataset: Dataset, expert: User) -> bool:
    """Whether this expert is given nothing until a lead says so."""
    if not gold_plan.of(dataset).least_accuracy:
        return False
    return bool(session.scalar(select(DeskPause.id).where(*_open(dataset, expert.id))))


def watch(session: Session, dataset: Dataset, expert: User) -> None:
    """After an answer on a gold sample: pause the desk where even the upper end of the interval is below the limit."""
    least = gold_plan.of(dataset).least_accuracy
    if not least:
        return
    since = session.scalar(
        select(func.max(DeskPause.ended_at)).where(DeskPause.dataset_id == dataset.id, DeskPause.user_id == expert.id)
    )
    score = gold.recent(session, dataset, expert, since)
    if score.of < LEAST_SEEN or score.interval[1] >= least:
        return
    session.execute(
        insert(DeskPause)
        .values(dataset_id=dataset.id, user_id=expert.id, right=score.right, of=score.of)
        .on_conflict_do_nothing()
    )
    _give_back(session, dataset, expert)


def let_go_on(session: Session, dataset: Dataset, lead: User, user_id: int) -> None:
    """End a pause. Only answers from now on count towards another one."""
    session.execute(
        update(DeskPause)
        .where(*_open(dataset, user_id))
        .values(ended_at=func.clock_timestamp(), ended_by=lead.id)
        .execution_options(synchronize_session=False)
    )


def open_ones(session: Session, dataset: Dataset) -> Sequence[Row[DeskPause, User]]:
    """(pause, person) of all desks that rest, the longest first."""
    return session.execute(
        select(DeskPause, User)
        .join(User, User.id == DeskPause.user_id)
        .where(DeskPause.dataset_id == dataset.id, DeskPause.ended_at.is_(None))
        .order_by(DeskPause.id)
    ).all()


def _open(dataset: Dataset, user_id: int) -> tuple[Any, ...]:
    return DeskPause.dataset_id == dataset.id, DeskPause.user_id == user_id, DeskPause.ended_at.is_(None)


def _give_back(session: Session, dataset: Dataset, expert: User) -> None:
    """What the expert held goes to colleagues; nobody is to wait for it."""
    session.execute(
        update(Slot)
        .where(
            Slot.dataset_id == dataset.id,
            Slot.expert_id == expert.id,
            Slot.state == SlotState.LEASED,
            Slot.purpose == SlotPurpose.REVIEW,
        )
        .values(state=SlotState.OPEN, expert_id=None, leased_until=None)
        .execution_options(synchronize_session=False)
    )
