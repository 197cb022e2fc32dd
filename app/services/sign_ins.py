"""Signed-in browsers: a random token in a cookie, its hash in a row that can be deleted."""

import hashlib
import secrets

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from app.models import SignIn, User
from app.settings import get_settings

TOKEN_BYTES = 32


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
    idle = func.make_interval(0, 0, 0, 0, 0, get_settings().session_idle_minutes)
    is_old = SignIn.seen_at < func.now() - func.make_interval(0, 0, 0, 0, 0, 1)
    found = session.execute(
        select(User, is_old)
        .join(SignIn, SignIn.user_id == User.id)
        .where(
            SignIn.token_hash == hashed(token),
            SignIn.expires_at > func.now(),
            SignIn.seen_at > func.now() - idle,
            User.disabled_at.is_(None),
        )
    ).first()
    if found is None:
        return None
    user, is_due = found
    if is_due:
        _seen(session, token)
    return user


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
