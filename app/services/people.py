"""The people of a dataset: who they are, what they have done, what they may do."""

from collections.abc import Sequence

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Dataset, Membership, Role, User
from app.services.errors import Conflict, NotFound
from app.services.freeing import free_all_of


def members(session: Session, dataset: Dataset) -> Sequence[Row[User, Role]]:
    """(person, role), by name."""
    return session.execute(
        select(User, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.dataset_id == dataset.id)
        .order_by(func.lower(User.name), User.id)
    ).all()


def names(session: Session, dataset: Dataset) -> Sequence[str]:
    """The members' names, for a list to choose from."""
    return [user.name for user, _ in members(session, dataset)]


def change_role(session: Session, dataset: Dataset, user_id: int, role: Role) -> None:
    """Give a member another role. Conflict where nobody would be left to administer the dataset."""
    membership = _locked(session, dataset, user_id)
    if role is not Role.ADMIN:
        _refuse_last_admin(session, dataset, membership)
    membership.role = role
    session.flush()


def remove(session: Session, dataset: Dataset, user_id: int) -> None:
    """End a membership. Answers stay; samples in the person's hands go back to the queue."""
    membership = _locked(session, dataset, user_id)
    _refuse_last_admin(session, dataset, membership)
    session.delete(membership)
    session.flush()
    free_all_of(session, dataset, user_id)


def _locked(session: Session, dataset: Dataset, user_id: int) -> Membership:
    # The dataset's row stands for all its memberships: two admins must not remove each other at the same moment.
    session.execute(select(Dataset.id).where(Dataset.id == dataset.id).with_for_update())
    membership = session.get(Membership, (dataset.id, user_id), populate_existing=True)
    if membership is None:
        raise NotFound(say("This person is not a member any more. Load the page again."))
    return membership


def _refuse_last_admin(session: Session, dataset: Dataset, membership: Membership) -> None:
    if membership.role is not Role.ADMIN:
        return
    admins = session.scalar(
        select(func.count()).where(Membership.dataset_id == dataset.id, Membership.role == Role.ADMIN)
    )
    if admins == 1:
        raise Conflict(say("This is the dataset's only admin. Make somebody else an admin first."))
