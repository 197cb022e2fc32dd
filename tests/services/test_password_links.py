"""Links for a forgotten password."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.services import accounts, invitations, password_links, sign_ins
from app.services.errors import Invalid, NotFound
from tests.factories import PASSWORD, make_user

NEW = "another quiet long river"


def test_a_link_sets_a_password_once_and_ends_other_sign_ins(session: Session) -> None:
    bob = make_user(session)
    before = sign_ins.start(session, bob)
    token = password_links.make(session, bob)
    assert accounts.sign_in(session, bob.email, PASSWORD, "") is not None
    after = password_links.use(session, token, NEW)
    assert sign_ins.signed_in(session, before) is None
    assert sign_ins.signed_in(session, after) == bob
    assert accounts.sign_in(session, bob.email, NEW, "") is not None
    with pytest.raises(NotFound):
        password_links.use(session, token, "yet another long river")


def test_a_refused_password_leaves_the_link_open(session: Session) -> None:
    bob = make_user(session)
    token = password_links.make(session, bob)
    with pytest.raises(Invalid):
        password_links.use(session, token, "short")
    assert password_links.find(session, token) == bob


def test_a_newer_link_replaces_the_older_one(session: Session) -> None:
    bob = make_user(session)
    older, newer = password_links.make(session, bob), password_links.make(session, bob)
    with pytest.raises(NotFound):
        password_links.find(session, older)
    assert password_links.find(session, newer) == bob


@pytest.mark.parametrize("spoil", ["UPDATE invitations SET expires_at = now()", "UPDATE users SET disabled_at = now()"])
def test_an_old_link_and_a_closed_account_do_not_open(session: Session, spoil: str) -> None:
    token = password_links.make(session, make_user(session))
    session.execute(text(spoil))
    with pytest.raises(NotFound):
        password_links.find(session, token)


def test_no_kind_of_link_opens_another_kinds_door(session: Session) -> None:
    first = invitations.first_admin_link(session)
    assert first
    with pytest.raises(NotFound):
        password_links.find(session, first)
    token = password_links.make(session, make_user(session))
    for first_admin in (True, False):
        with pytest.raises(NotFound):
            invitations.find(session, token, first_admin=first_admin)
