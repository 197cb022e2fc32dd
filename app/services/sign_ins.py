"""Signed-in browsers: a random token in a cookie, its hash in a row that can be deleted."""

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, delete, func, select, text
from sqlalchemy.orm import Session

from app.models import Dataset, Membership, SignIn, User
from app.settings import get_settings

TOKEN_BYTES = 32

# Asked with every request, so it is put together once, and brings the dataset of the address along.
_ENTERED = (
    select(User, Dataset, Membership, (SignIn.seen_at < func.now() - text("interval '1 minute'")).label("is_due"))
    .join(SignIn, SignIn.user_id == User.id)
    .outerjoin(Dataset, Dataset.id == bindparam("dataset"))
    .outerjoin(Membership, and_(Membership.dataset_id == Dataset.id, Membership.user_id == User.id))
    .where(
        SignIn.token_hash == bindparam("hash"),
        SignIn.expires_at > func.now(),
        SignIn.seen_at > func.now() - func.make_interval(0, 0, 0, 0, 0, bindparam("idle")),
        User.disabled_at.is_(None),
    )
)


@dataclass(frozen=True)
class Entered:
    """A signed-in person, and the dataset that they ask for: None where none was named or there is none."""

    user: User
    dataset: Dataset | None = None
    membership: Membership | None = None


def start(session: Session, user: User) -> str:
    """Sign a person in with a token that nobody has seen before; the one their browser had is not taken over."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    days = get_settings().session_days
    session.execute(delete(SignIn).where(SignIn.user_id == user.id, SignIn.expires_at < func.now()))
    session.add(
        SignIn(token_hash=hashed(token), user_id=user.id, expires_at=func.now() + func.make_interval(0, 0, 0, days))
    )
    session.flush()
    return token


def signed_in(session: Session, token: str) -> User | None:
    """Whose token this is; None where it is unknown, too old, idle for too long, or the account is closed."""
    found = entered(session, token)
    return found.user if found else None


def entered(session: Session, token: str, dataset_id: int | None = None) -> Entered | None:
    """The same with a dataset and the person's membership in it."""
    values = {"hash": hashed(token), "dataset": dataset_id, "idle": get_settings().session_idle_minutes}
    found = session.execute(_ENTERED, values).first()
    if found is None:
        return None
    if found.is_due:
        _seen(session, token)
    return Entered(found.User, found.Dataset, found.Membership)


def end(session: Session, token: str) -> None:
    """Sign one browser out."""
    session.execute(delete(SignIn).where(SignIn.token_hash == hashed(token)))


def end_all(session: Session, user: User) -> None:
    """Sign a person out everywhere."""
    session.execute(delete(SignIn).where(SignIn.user_id == user.id))


def hashed(token: str) -> bytes:
    """What is stored of a token: it is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def _seen(session: Session, token: str) -> None:
    """Note the visit, once a minute at most, and never wait for another request of the same browser."""
    session.execute(
        text("""
            UPDATE sign_ins SET seen_at = now() WHERE token_hash = (
                SELECT token_hash FROM sign_ins
                WHERE token_hash = :hash AND seen_at < now() - interval '1 minute' FOR UPDATE SKIP LOCKED)
        """),
        {"hash": hashed(token)},
    )
