"""Accounts and signing in."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.models import LoginAttempt, SignIn
from app.services import accounts, passwords, sign_ins
from app.services.errors import Conflict, Invalid, TooManyTries
from app.settings import get_settings
from tests.factories import PASSWORD, make_user

MACHINE = "10.0.0.1"


def test_password_signs_in_whatever_the_case_of_the_address(session: Session) -> None:
    user = make_user(session, email="bob@clinic.example")
    token = accounts.sign_in(session, " Bob@Clinic.Example ", PASSWORD, MACHINE)
    assert token is not None
    assert sign_ins.signed_in(session, token) == user


@pytest.mark.parametrize(("email", "password"), [("bob@clinic.example", "wrong"), ("nobody@clinic.example", PASSWORD)])
def test_wrong_password_and_unknown_address_are_one_answer_and_a_failure(
    session: Session, email: str, password: str
) -> None:
    make_user(session, email="bob@clinic.example")
    assert accounts.sign_in(session, email, password, MACHINE) is None
    assert session.scalar(select(func.count()).select_from(LoginAttempt)) == 2


def test_an_unknown_address_costs_a_hash_too(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []
    monkeypatch.setattr(passwords, "fits", lambda stored, password: bool(asked.append(stored)))
    accounts.sign_in(session, "nobody@clinic.example", PASSWORD, MACHINE)
    assert asked == [None]


def test_a_closed_account_does_not_sign_in_and_its_sign_ins_end(session: Session) -> None:
    user = make_user(session, email="bob@clinic.example")
    token = sign_ins.start(session, user)
    session.execute(text("UPDATE users SET disabled_at = now()"))
    session.expire_all()
    assert sign_ins.signed_in(session, token) is None
    assert accounts.sign_in(session, "bob@clinic.example", PASSWORD, MACHINE) is None


def test_the_right_password_has_to_wait_too(session: Session) -> None:
    make_user(session, email="bob@clinic.example")
    for _ in range(5):
        accounts.sign_in(session, "bob@clinic.example", "wrong", MACHINE)
    with pytest.raises(TooManyTries):
        accounts.sign_in(session, "bob@clinic.example", PASSWORD, MACHINE)


def test_a_sign_in_ends_when_idle_and_at_its_end(session: Session) -> None:
    token = sign_ins.start(session, make_user(session))
    idle = timedelta(minutes=get_settings().session_idle_minutes)
    session.execute(update(SignIn).values(seen_at=func.now() - idle + timedelta(minutes=1)))
    assert sign_ins.signed_in(session, token)
    session.execute(update(SignIn).values(seen_at=func.now() - idle - timedelta(minutes=1)))
    assert sign_ins.signed_in(session, token) is None
    session.execute(update(SignIn).values(seen_at=func.now(), expires_at=func.now()))
    assert sign_ins.signed_in(session, token) is None


def test_a_visit_keeps_a_sign_in_alive(session: Session) -> None:
    token = sign_ins.start(session, make_user(session))
    session.execute(update(SignIn).values(seen_at=func.now() - timedelta(minutes=30)))
    sign_ins.signed_in(session, token)
    assert session.scalar(select(SignIn.seen_at == func.now()))


def test_the_token_itself_is_not_stored(session: Session) -> None:
    token = sign_ins.start(session, make_user(session))
    stored = session.scalars(select(SignIn.token_hash)).one()
    assert len(token) >= 43
    assert token.encode() not in stored
    assert len(stored) == 32


def test_a_new_password_ends_all_other_sign_ins(session: Session) -> None:
    user = make_user(session)
    before = sign_ins.start(session, user)
    after = accounts.change_password(session, user, PASSWORD, "another quiet long river")
    assert sign_ins.signed_in(session, before) is None
    assert sign_ins.signed_in(session, after) == user
    assert accounts.sign_in(session, user.email, "another quiet long river", MACHINE)


def test_a_new_password_needs_the_present_one(session: Session) -> None:
    with pytest.raises(Invalid) as refusal:
        accounts.change_password(session, make_user(session), "wrong", "another quiet long river")
    assert refusal.value.field == "current"


def test_one_address_has_one_account(session: Session) -> None:
    make_user(session, email="bob@clinic.example")
    with pytest.raises(Conflict):
        accounts.create_user(session, email="BOB@clinic.example", name="Bob", password=PASSWORD)


@pytest.mark.parametrize(
    "email", ["", "bob", "@clinic.example", "bob@", "bob smith@clinic.example", "b\u202eob@clinic.example"]
)
def test_what_is_no_address_is_refused(session: Session, email: str) -> None:
    with pytest.raises(Invalid):
        accounts.create_user(session, email=email, name="Bob", password=PASSWORD)
