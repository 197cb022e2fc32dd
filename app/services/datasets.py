"""Datasets: who may see which, making one, and changing what it asks for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.models import Dataset, DatasetForm, Membership, Purpose, Review, Role, Sample, Slot, SlotState, User
from app.services import lanes, replanning
from app.services.errors import Conflict


def visible_to(user: User) -> Select[Dataset]:
    """All datasets that a person may know of, by name."""
    chosen = select(Dataset).order_by(func.lower(Dataset.name), Dataset.id)
    if user.is_admin:
        return chosen
    return chosen.where(Dataset.id.in_(select(Membership.dataset_id).where(Membership.user_id == user.id)))


def role_of(session: Session, dataset_id: int, user: User) -> Role | None:
    """A person's role in a dataset; administrators of the installation are admins everywhere. None is no access."""
    if user.is_admin:
        return Role.ADMIN
    membership = session.get(Membership, (dataset_id, user.id))  # a request has it at hand
    return membership.role if membership else None


def listed(session: Session, user: User) -> Sequence[tuple[Dataset, Role | None, int]]:
    """(dataset, the person's role in it, samples that wait for them), by name. An administrator may have no role."""
    mine = and_(Membership.dataset_id == Dataset.id, Membership.user_id == user.id)
    rows = session.execute(
        visible_to(user).outerjoin(Membership, mine).add_columns(Membership.role, _waiting_for(user))
    )
    return [(row[0], row[1], row[2]) for row in rows]


def create(
    session: Session,
    by: User | None,
    *,
    name: str,
    purpose: Purpose,
    form: DatasetForm,
    goal: str = "",
    target: int | None = None,
    reviews_per_sample: int = 1,
) -> Dataset:
    """Make a dataset; its maker becomes its admin. The command line has no maker: there administrators run it."""
    dataset = Dataset(
        name=name,
        goal=goal,
        purpose=purpose,
        form=form,
        target=target,
        reviews_per_sample=reviews_per_sample,
        created_by=by.id if by else None,
    )
    _save(session, dataset)
    if by:
        session.add(Membership(dataset_id=dataset.id, user_id=by.id, role=Role.ADMIN))
        session.flush()
    return dataset


def state_counts(session: Session, dataset_id: int) -> dict[str, int]:
    """How many samples are in each state, in alphabetical order; states without any are left out."""
    found = session.execute(
        select(Sample.state, func.count()).where(Sample.dataset_id == dataset_id).group_by(Sample.state)
    )
    return {state.value: number for state, number in sorted(found, key=lambda row: row[0].value)}


def change(session: Session, dataset: Dataset, **values: Any) -> None:
    """Change what a dataset asks for. Reviews already given stay as they are.

    Samples that still wait are asked about as often as is wanted now. What is in somebody's hands stays there.
    """
    before = dataset.reviews_per_sample
    for name, value in values.items():
        setattr(dataset, name, value)
    _save(session, dataset)
    if dataset.reviews_per_sample != before:
        replanning.bring(session, dataset, replanning.Asked(fit=True))


def _waiting_for(user: User) -> Any:
    """How many samples the desk would give this person: in their hands or free, and not answered or skipped by them."""
    is_free = or_(
        Slot.state == SlotState.OPEN,
        and_(Slot.state == SlotState.LEASED, or_(Slot.expert_id == user.id, Slot.leased_until < func.now())),
    )
    is_mine = lanes.is_served(Slot.lane.expression, Dataset.id.expression, user.id)
    answered = exists().where(
        Review.sample_id == Slot.sample_id,
        Review.expert_id == user.id,
        Review.undone_at.is_(None),
        Review.superseded_at.is_(None),
    )
    return (
        select(func.count(Slot.sample_id.distinct()))
        .where(Slot.dataset_id == Dataset.id, is_free, is_mine, ~answered)
        .correlate(Dataset)
        .scalar_subquery()
    )


def _save(session: Session, dataset: Dataset) -> None:
    try:
        with session.begin_nested():
            session.add(dataset)
            session.flush()
    except IntegrityError as error:
        raise Conflict(f"There is a dataset called “{dataset.name}” already. Choose another name.") from error
