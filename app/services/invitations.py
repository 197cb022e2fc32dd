"""Personal links: for the first administrator, and for the members of a dataset. Each opens once."""

import secrets
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, delete, exists, func, select, text, update
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Dataset, Invitation, Membership, Role, User
from app.services import sign_ins
from app.services.errors import Conflict, NotFound

DAYS = 14
FIRST_ADMIN_HOURS = 24
GONE = say("This link was used already, is too old, or was taken back. Ask the person who sent it for a new one.")

_MEMBER = {
    Role.EXPERT: say("You are a member of this dataset already, as an expert. The link stays unused."),
    Role.LEAD: say("You are a member of this dataset already, as a lead. The link stays unused."),
    Role.ADMIN: say("You are a member of this dataset already, as an admin. The link stays unused."),
}


def first_admin_link(session: Session) -> str | None:
    """The token of a new link for the first administrator, ending earlier ones; None once anybody has an account."""
    if session.scalar(select(exists().select_from(User))):
        return None
    session.execute(delete(Invitation).where(Invitation.dataset_id.is_(None), Invitation.used_at.is_(None)))
    return _add(session, Invitation(role=Role.ADMIN), hours=FIRST_ADMIN_HOURS)


def invite(
    session: Session,
    dataset: Dataset,
    by: User,
    *,
    name: str = "",
    email: str = "",
    role: Role = Role.EXPERT,
    specialty: str = "",
) -> str:
    """The token of a new personal link. It can be shown only now: no more than its hash is stored."""
    invitation = Invitation(
        dataset_id=dataset.id, name=name, email=email, role=role, specialty=specialty, invited_by=by.id
    )
    return _add(session, invitation, hours=DAYS * 24)


def pending(session: Session, dataset: Dataset) -> Sequence[Invitation]:
    """Links of a dataset that still open, the newest first."""
    return session.scalars(
        select(Invitation).where(Invitation.dataset_id == dataset.id, _opens()).order_by(Invitation.id.desc())
    ).all()


def revoke(session: Session, dataset: Dataset, invitation_id: int) -> None:
    """Take a link back. One that was used in the meantime has become a member, and stays."""
    session.execute(
        delete(Invitation).where(
            Invitation.id == invitation_id, Invitation.dataset_id == dataset.id, Invitation.used_at.is_(None)
        )
    )


def find(session: Session, token: str, *, first_admin: bool = False) -> Invitation:
    """The invitation that a link stands for. NotFound where it does not open any more."""
    is_first = Invitation.dataset_id.is_(None) & (Invitation.role == Role.ADMIN)
    kind = is_first if first_admin else Invitation.dataset_id.is_not(None)
    invitation = session.scalar(
        select(Invitation).where(Invitation.token_hash == sign_ins.hashed(token), kind, _opens())
    )
    if invitation is None:
        raise NotFound(GONE)
    return invitation


def use(session: Session, invitation: Invitation, user: User) -> None:
    """Make a person what the link says, once. Conflict where it does not open any more: call in a savepoint."""
    result = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, _opens())
        .values(used_at=func.now(), used_by=user.id)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", result).rowcount != 1:
        raise Conflict(GONE)
    if invitation.dataset_id is None:
        _be_first(session, user)
    else:
        _join(session, invitation.dataset_id, user, Role(invitation.role))


def _be_first(session: Session, user: User) -> None:
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('first admin', 0))"))
    if session.scalar(select(func.count()).select_from(User).where(User.id != user.id)):
        raise Conflict(say("This installation has an administrator already. Ask them for an invitation."))
    user.is_admin = True
    session.flush()


def _join(session: Session, dataset_id: int, user: User, role: Role) -> None:
    present = session.get(Membership, (dataset_id, user.id))
    if present is not None:
        raise Conflict(_MEMBER[present.role])
    session.add(Membership(dataset_id=dataset_id, user_id=user.id, role=role))
    session.flush()


def _add(session: Session, invitation: Invitation, hours: int) -> str:
    token = secrets.token_urlsafe(sign_ins.TOKEN_BYTES)
    invitation.token_hash = sign_ins.hashed(token)
    invitation.expires_at = func.now() + func.make_interval(0, 0, 0, 0, hours)
    session.add(invitation)
    session.flush()
    return token


def _opens() -> Any:
    return Invitation.used_at.is_(None) & (Invitation.expires_at > func.now())
