"""Failed sign-ins slow down the next ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.models import LoginAttempt
from app.services import throttling
from app.services.errors import TooManyTries


def _fail(session: Session, times: int, email: str = "bob@clinic.example", machine: str = "10.0.0.1") -> None:
    for _ in range(times):
        throttling.failed(session, email, machine)


def test_a_few_failures_cost_nothing(session: Session) -> None:
    _fail(session, 4)
    throttling.check(session, "bob@clinic.example", "10.0.0.1")


def test_the_sixth_failure_has_to_wait_and_is_told_how_long(session: Session) -> None:
    _fail(session, 6)
    with pytest.raises(TooManyTries) as refusal:
        throttling.check(session, "bob@clinic.example", "10.0.0.2")
    assert refusal.value.seconds == 2
    assert "Wait 2 seconds" in refusal.value.message


def test_other_accounts_are_not_slowed_down(session: Session) -> None:
    _fail(session, 12)
    throttling.check(session, "lena@clinic.example", "10.0.0.1")


def test_a_machine_that_tries_many_accounts_is_slowed_down(session: Session) -> None:
    for number in range(31):
        _fail(session, 1, email=f"person{number}@clinic.example")
    with pytest.raises(TooManyTries):
        throttling.check(session, "fresh@clinic.example", "10.0.0.1")
    throttling.check(session, "fresh@clinic.example", "10.0.0.2")


def test_success_forgets_the_account_but_not_the_machine(session: Session) -> None:
    _fail(session, 40)
    throttling.succeeded(session, "bob@clinic.example")
    throttling.check(session, "bob@clinic.example", "10.0.0.2")
    with pytest.raises(TooManyTries):
        throttling.check(session, "bob@clinic.example", "10.0.0.1")


def test_waiting_helps(session: Session) -> None:
    _fail(session, 9)
    session.execute(update(LoginAttempt).values(created_at=text("now() - interval '17 seconds'")))
    throttling.check(session, "bob@clinic.example", "10.0.0.1")


def test_what_was_typed_is_not_stored(session: Session) -> None:
    _fail(session, 1, email="my secret password")
    assert not [key for key in session.scalars(text("SELECT key FROM login_attempts")) if "secret" in key]


@given(st.integers(0, 10_000))
def test_the_wait_grows_and_ends_growing(failures: int) -> None:
    pace = throttling.ACCOUNT
    assert 0 <= pace.wait(failures) <= pace.wait(failures + 1) <= pace.longest
    assert (pace.wait(failures) == 0) == (failures < pace.free)
