"""Personal links: each opens once, for what it says."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app import db
from app.models import Dataset, Invitation, Membership, Role, User
from app.services import invitations, welcoming
from app.services.errors import Conflict, DomainError, Invalid, NotFound
from tests.factories import PASSWORD, join, make_dataset, make_user


def _accept(session: Session, token: str, email: str = "new@clinic.example") -> User:
    invitation = invitations.find(session, token)
    return welcoming.with_new_account(session, invitation, name="New", email=email, password=PASSWORD)


def test_a_link_makes_an_account_and_a_member(session: Session, dataset: Dataset) -> None:
    token = invitations.invite(session, dataset, make_user(session), role=Role.LEAD, specialty="Paediatrics")
    user = _accept(session, token)
    assert session.get_one(Membership, (dataset.id, user.id)).role is Role.LEAD
    assert user.specialty == "Paediatrics"
    assert not user.is_admin


def test_a_link_opens_once(session: Session, dataset: Dataset) -> None:
    token = invitations.invite(session, dataset, make_user(session))
    _accept(session, token)
    with pytest.raises(NotFound):
        _accept(session, token, "other@clinic.example")


def test_a_link_that_fails_stays_open(session: Session, dataset: Dataset) -> None:
    make_user(session, email="new@clinic.example")
    token = invitations.invite(session, dataset, make_user(session))
    with pytest.raises(Conflict):
        _accept(session, token)
    with pytest.raises(Invalid):
        _accept(session, token, "no address")
    assert _accept(session, token, "other@clinic.example")


@pytest.mark.parametrize("spoil", ["UPDATE invitations SET expires_at = now()", "DELETE FROM invitations"])
def test_an_old_or_revoked_link_does_not_open(session: Session, dataset: Dataset, spoil: str) -> None:
    token = invitations.invite(session, dataset, make_user(session))
    session.execute(text(spoil))
    with pytest.raises(NotFound):
        invitations.find(session, token)


def test_only_its_own_dataset_revokes_a_link(session: Session, dataset: Dataset) -> None:
    token = invitations.invite(session, dataset, make_user(session))
    invitation = invitations.find(session, token)
    invitations.revoke(session, make_dataset(session), invitation.id)
    assert invitations.pending(session, dataset) == [invitation]
    invitations.revoke(session, dataset, invitation.id)
    assert not invitations.pending(session, dataset)


def test_a_member_cannot_use_a_link_to_change_their_role(session: Session, dataset: Dataset) -> None:
    bob = make_user(session, "Bob")
    join(session, dataset, bob)
    token = invitations.invite(session, dataset, make_user(session), role=Role.ADMIN)
    with pytest.raises(Conflict, match="as an expert"):
        welcoming.with_account(session, invitations.find(session, token), bob)
    assert invitations.find(session, token)


def test_the_first_admin_link_is_given_while_nobody_has_an_account(session: Session) -> None:
    first, second = invitations.first_admin_link(session), invitations.first_admin_link(session)
    assert first
    assert second
    with pytest.raises(NotFound):
        invitations.find(session, first, first_admin=True)
    user = welcoming.with_new_account(
        session,
        invitations.find(session, second, first_admin=True),
        name="A",
        email="a@clinic.example",
        password=PASSWORD,
    )
    assert user.is_admin
    assert invitations.first_admin_link(session) is None


def test_a_dataset_link_is_no_first_admin_link(session: Session, dataset: Dataset) -> None:
    token = invitations.invite(session, dataset, make_user(session), role=Role.ADMIN)
    with pytest.raises(NotFound):
        invitations.find(session, token, first_admin=True)


def test_a_first_admin_link_is_dead_once_somebody_has_an_account(session: Session) -> None:
    token = invitations.first_admin_link(session)
    assert token
    invitation = invitations.find(session, token, first_admin=True)
    make_user(session)
    with pytest.raises(Conflict):
        welcoming.with_new_account(session, invitation, name="A", email="a@clinic.example", password=PASSWORD)
    assert session.scalar(select(func.count()).select_from(User)) == 1


def test_of_many_who_open_a_link_at_once_one_gets_in(database: str) -> None:
    with db.transaction() as session:
        dataset = make_dataset(session)
        token = invitations.invite(session, dataset, make_user(session))

    def open_link(number: int) -> bool:
        try:
            with db.transaction() as session:
                _accept(session, token, f"person{number}@hall.example")
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(open_link, range(6))) == 1
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Membership)) == 1
        assert session.scalar(select(func.count()).where(User.email.endswith("@hall.example"))) == 1
        assert session.scalar(select(func.count()).where(Invitation.used_at.is_not(None))) == 1
