"""Personal links for a forgotten password, made by an administrator: each opens once, for one account."""

import secrets

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Invitation, User
from app.services import passwords, sign_ins
from app.services.errors import NotFound

HOURS = 72
ROLE = "password"
GONE = say("This link was used already, is too old, or was replaced by a newer one. Ask for a new one.")


def make(session: Session, user: User, by: User | None = None) -> str:
    """The token of a new link, which ends earlier ones for the account. The present password works until it is used."""
    session.execute(
        delete(Invitation).where(Invitation.role == ROLE, Invitation.email == user.email, Invitation.used_at.is_(None))
    )
    token = secrets.token_urlsafe(sign_ins.TOKEN_BYTES)
    session.add(
        Invitation(
            token_hash=sign_ins.hashed(token),
            role=ROLE,
            email=user.email,
            invited_by=by.id if by else None,
            expires_at=func.now() + func.make_interval(0, 0, 0, 0, HOURS),
        )
    )
    session.flush()
    return token


def find(session: Session, token: str) -> User:
    """Whose password a link renews. NotFound where it does not open any more."""
    user = session.scalar(
        select(User)
        .join(Invitation, Invitation.email == User.email)
        .where(Invitation.token_hash == sign_ins.hashed(token), *_opens(), User.disabled_at.is_(None))
    )
    if user is None:
        raise NotFound(GONE)
    return user


def use(session: Session, token: str, password: str) -> str:
    """Set the new password, sign the person out everywhere, and return a new sign-in's token. Invalid, NotFound."""
    user = find(session, token)
    passwords.check_rules(password, user.email, user.name)
    used = session.scalar(
        update(Invitation)
        .where(Invitation.token_hash == sign_ins.hashed(token), *_opens())
        .values(used_at=func.now(), used_by=user.id)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    if used is None:
        raise NotFound(GONE)
    user.password_hash = passwords.hashed(password)
    sign_ins.end_all(session, user)
    return sign_ins.start(session, user)


def _opens() -> tuple[ColumnElement[bool], ...]:
    return Invitation.role == ROLE, Invitation.used_at.is_(None), Invitation.expires_at > func.now()
