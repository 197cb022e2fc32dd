"""Failed sign-ins slow the next ones down, by account and by the machine they come from."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from app.messages import Message, say, say_many
from app.models import LoginAttempt
from app.services.errors import TooManyTries


@dataclass(frozen=True)
class Pace:
    """After `free` failures within an hour, each further one doubles the wait, from a second to `longest`."""

    free: int
    longest: int

    def wait(self, failures: int) -> int:
        """Seconds between the last failure and the next try."""
        return min(2 ** min(failures - self.free, 30), self.longest) if failures >= self.free else 0


ACCOUNT = Pace(free=5, longest=300)
# A whole clinic may sit behind one address, and everybody mistypes a password in the morning.
MACHINE = Pace(free=30, longest=60)


def check(session: Session, email: str, machine: str) -> None:
    """TooManyTries where the account or the machine has to wait, or the account is being tried at this very moment."""
    # Without this, a hundred guesses at once would all see the same few failures.
    if not session.scalar(
        text("SELECT pg_try_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": _account(email)}
    ):
        raise TooManyTries(say("Someone is signing in to this account at this moment. Try again in a second."), 1)
    left = max(_left(session, _account(email), ACCOUNT), _left(session, _machine(machine), MACHINE))
    if left > 0:
        raise TooManyTries(_wait(left), left)


def failed(session: Session, email: str, machine: str) -> None:
    """Remember a failure; forget those of yesterday."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.created_at < func.now() - text("interval '1 day'")))
    session.add_all([LoginAttempt(key=_account(email)), LoginAttempt(key=_machine(machine))])
    session.flush()


def succeeded(session: Session, email: str) -> None:
    """Forget an account's failures. The machine's stay: it may have tried other accounts."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.key == _account(email)))


def _left(session: Session, key: str, pace: Pace) -> int:
    """Seconds still to wait."""
    failures, since = session.execute(
        select(func.count(), func.extract("epoch", func.now() - func.max(LoginAttempt.created_at))).where(
            LoginAttempt.key == key, LoginAttempt.created_at > func.now() - text("interval '1 hour'")
        )
    ).one()
    return round(pace.wait(failures) - float(since or 0)) if failures else 0


def _account(email: str) -> str:
    # People type their password into the wrong field: what was typed is not kept.
    return "account:" + hashlib.sha256(email.encode(errors="replace")).hexdigest()[:32]


def _machine(address: str) -> str:
    return f"machine:{address}"


def _wait(seconds: int) -> Message:
    if seconds < 60:
        return say_many(
            "Too many tries did not match. Wait %(num)s second, then try again.",
            "Too many tries did not match. Wait %(num)s seconds, then try again.",
            seconds,
        )
    return say_many(
        "Too many tries did not match. Wait %(num)s minute, then try again.",
        "Too many tries did not match. Wait %(num)s minutes, then try again.",
        -(-seconds // 60),
    )
