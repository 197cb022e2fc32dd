"""Signing in, personal links and your own account, as people see them."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Dataset, Membership, Role, User
from app.services import accounts, invitations
from tests.conftest import Browser
from tests.factories import PASSWORD, join, make_user


def test_signing_in_leads_to_the_work(anonymous: Browser, session: Session, dataset: Dataset) -> None:
    join(session, dataset, make_user(session, email="bob@clinic.example"))
    assert anonymous.get("/").headers["Location"] == "/sign-in?next=/"
    anonymous.post("/sign-in", data={"email": "bob@clinic.example", "password": PASSWORD, "next": "/"})
    assert anonymous.get("/").headers["Location"] == f"/datasets/{dataset.id}/review"


def test_a_wrong_password_keeps_the_address_and_not_the_password(anonymous: Browser, session: Session) -> None:
    make_user(session, email="bob@clinic.example")
    answer = anonymous.post("/sign-in", data={"email": "bob@clinic.example", "password": "my wrong secret"})
    assert answer.status_code == 401
    assert "do not match" in answer.text
    assert 'value="bob@clinic.example"' in answer.text
    assert "my wrong secret" not in answer.text


def test_an_unknown_address_reads_the_same(anonymous: Browser, session: Session) -> None:
    make_user(session, email="bob@clinic.example")
    pages = [
        anonymous.post("/sign-in", data={"email": email, "password": "my wrong secret"}).text.replace(email, "")
        for email in ("bob@clinic.example", "nobody@clinic.example")
    ]
    assert pages[0] == pages[1]


def test_an_expired_sign_in_during_work_is_a_sentence_and_the_page_stays(bob: Browser, dataset: Dataset) -> None:
    bob.cookies.clear()
    answer = bob.htmx(
        f"/datasets/{dataset.id}/review", headers={"HX-Current-URL": f"http://testserver/datasets/{dataset.id}/review"}
    )
    assert answer.status_code == 401
    assert answer.headers["HX-Retarget"] == "#alerts"
    assert f'href="/sign-in?next=/datasets/{dataset.id}/review"' in answer.text
    assert 'target="_blank"' in answer.text


def test_the_sign_in_page_says_where_the_first_account_comes_from(anonymous: Browser, session: Session) -> None:
    assert "Open the link that Winnow printed" in anonymous.get("/sign-in").text
    make_user(session)
    assert "Open the link that Winnow printed" not in anonymous.get("/sign-in").text


def test_the_first_admin_link_makes_an_administrator_once(anonymous: Browser, session: Session) -> None:
    token = invitations.first_admin_link(session)
    form = {"name": "Alice", "email": "alice@clinic.example", "password": PASSWORD}
    assert "first account" in anonymous.get(f"/first-admin/{token}").text
    assert anonymous.post(f"/first-admin/{token}", data=form).headers["Location"] == "/datasets/new"
    assert session.scalars(select(User)).one().is_admin
    assert anonymous.get("/datasets/new").status_code == 200
    assert anonymous.get(f"/first-admin/{token}").status_code == 404


def test_the_first_admin_is_shown_the_demonstration(anonymous: Browser, session: Session, dataset: Dataset) -> None:
    form = {"name": "Alice", "email": "alice@clinic.example", "password": PASSWORD}
    answer = anonymous.post(f"/first-admin/{invitations.first_admin_link(session)}", data=form)
    assert answer.headers["Location"] == "/datasets"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("password", "short", "12 characters or more"),
        ("email", "nothing", "not an e-mail address"),
        ("name", "", "Fill this in."),
    ],
)
def test_a_refused_account_keeps_the_link_and_the_words(
    anonymous: Browser, session: Session, field: str, value: str, sentence: str
) -> None:
    token = invitations.first_admin_link(session)
    form = {"name": "Alice", "email": "alice@clinic.example", "password": PASSWORD}
    answer = anonymous.post(f"/first-admin/{token}", data={**form, field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalars(select(User)).all() == []
    assert anonymous.post(f"/first-admin/{token}", data=form).status_code == 303


def test_an_invited_person_starts_at_the_desk(anonymous: Browser, session: Session, dataset: Dataset) -> None:
    token = invitations.invite(session, dataset, make_user(session, "Alice"), name="Bob", email="bob@clinic.example")
    page = anonymous.get(f"/invitations/{token}").text
    assert dataset.name in page
    assert 'value="bob@clinic.example"' in page
    form = {"name": "Bob", "email": "bob@clinic.example", "password": PASSWORD}
    assert anonymous.post(f"/invitations/{token}", data=form).headers["Location"] == f"/datasets/{dataset.id}/review"
    assert anonymous.get("/account").status_code == 200
    assert anonymous.get(f"/invitations/{token}").status_code == 404


def test_a_signed_in_person_joins_with_one_press(charlie: Browser, session: Session, dataset: Dataset) -> None:
    token = invitations.invite(session, dataset, make_user(session, "Alice"), role=Role.LEAD)
    assert "Join as Charlie" in charlie.get(f"/invitations/{token}").text
    assert charlie.post(f"/invitations/{token}/join").headers["Location"] == f"/datasets/{dataset.id}"
    assert charlie.user is not None
    assert session.get_one(Membership, (dataset.id, charlie.user.id)).role is Role.LEAD


def test_joining_without_a_sign_in_asks_for_one_and_comes_back(
    anonymous: Browser, session: Session, dataset: Dataset
) -> None:
    token = invitations.invite(session, dataset, make_user(session))
    assert anonymous.post(f"/invitations/{token}/join").headers["Location"] == f"/sign-in?next=/invitations/{token}"


def test_a_taken_address_says_what_to_do(anonymous: Browser, session: Session, dataset: Dataset) -> None:
    make_user(session, email="bob@clinic.example")
    token = invitations.invite(session, dataset, make_user(session))
    answer = anonymous.post(
        f"/invitations/{token}", data={"name": "Bob", "email": "bob@clinic.example", "password": PASSWORD}
    )
    assert answer.status_code == 422
    assert "Sign in with it" in answer.text


def test_the_account_page_changes_name_and_field(bob: Browser) -> None:
    answer = bob.post("/account", data={"name": "Robert", "specialty": "Cardiology"})
    assert "Your name is saved." in bob.get(answer.headers["Location"]).text
    assert re.search(r'class="small quiet who"[^>]*>Robert<', bob.get("/account").text)


def test_a_changed_password_keeps_this_browser_signed_in(bob: Browser, session: Session) -> None:
    form = {"current": PASSWORD, "password": "  another river with spaces  "}
    answer = bob.post("/account/password", data=form)
    assert "All other browsers are signed out." in bob.get(answer.headers["Location"]).text
    assert accounts.sign_in(session, "bob@clinic.example", form["password"], "") is not None
    assert accounts.sign_in(session, "bob@clinic.example", form["password"].strip(), "") is None


def test_a_refused_password_is_explained_at_its_field(bob: Browser) -> None:
    answer = bob.post("/account/password", data={"current": "wrong", "password": "another long river"})
    assert answer.status_code == 422
    assert 'id="current-error">This is not your present password' in answer.text
    answer = bob.post("/account/password", data={"current": PASSWORD, "password": "password1234"})
    assert 'id="password-error">Too many people use this password' in answer.text


def test_a_forgotten_password_is_renewed_by_a_link(
    alice: Browser, bob: Browser, anonymous: Browser, session: Session, dataset: Dataset
) -> None:
    assert bob.user is not None
    page = alice.post(f"/datasets/{dataset.id}/people/{bob.user.id}/password-link").text
    found = re.search(r'value="http://testserver(/new-password/[^"]+)"', page)
    assert found
    assert "chooses the password" in page
    assert "bob@clinic.example" in anonymous.get(found[1]).text
    assert anonymous.post(found[1], data={"password": "short"}).status_code == 422
    assert anonymous.post(found[1], data={"password": "another long river"}).status_code == 303
    assert "bob@clinic.example" in anonymous.get("/account").text
    assert bob.get("/account").status_code == 303


def test_a_password_link_is_for_members_only(alice: Browser, charlie: Browser, dataset: Dataset) -> None:
    assert charlie.user is not None
    assert alice.post(f"/datasets/{dataset.id}/people/{charlie.user.id}/password-link").status_code == 404
