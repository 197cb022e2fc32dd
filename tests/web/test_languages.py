"""Which language a page is in, and that it is in that language as a whole."""

import pytest
from sqlalchemy.orm import Session
from starlette.requests import Request

from app.models import Dataset, Role
from app.services import invitations
from app.web import locales
from app.web.wording import SPACE, Wording
from tests.conftest import Browser
from tests.factories import make_user

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-CH,fr;q=0.9", "de"),
        ("fr,de;q=0.5,en;q=0.4", "de"),
        ("en;q=0.4,de;q=0.5", "de"),
        ("en-US,en;q=0.9,de;q=0.8", "en"),
        ("de;q=0, en;q=0.1", "en"),
        ("tlh, *", "en"),
        ("de;q=very", "en"),
        ("../../etc/passwd", "en"),
    ],
)
def test_a_browser_asks_for_a_language(header: str, language: str) -> None:
    assert locales.negotiated(header) == language


def test_pages_say_which_language_they_are_in(anonymous: Browser) -> None:
    english = anonymous.get("/sign-in")
    german = anonymous.get("/sign-in", headers=GERMAN)
    assert '<html lang="en">' in english.text
    assert '<html lang="de">' in german.text
    assert "Anmelden" in german.text
    assert "Sign in" not in german.text
    assert "Accept-Language" in german.headers["Vary"]


def test_a_person_s_own_choice_counts_more_than_the_browser(bob: Browser) -> None:
    assert '<html lang="en">' in bob.get("/account").text
    assert bob.post("/account/language", data={"language": "de"}).headers["Location"] == "/account?saved=language"
    page = bob.get("/account?saved=language", headers={"Accept-Language": "en"}).text
    assert '<html lang="de">' in page
    assert "Die Sprache ist gespeichert." in page
    assert '<option value="de" lang="de" selected>Deutsch</option>' in page
    bob.post("/account/language", data={"language": ""})
    assert '<html lang="en">' in bob.get("/account").text


def test_a_language_that_there_is_not_is_refused(bob: Browser) -> None:
    assert bob.post("/account/language", data={"language": "tlh"}).status_code == 422
    assert bob.user
    assert bob.user.language == ""


def test_refusals_of_services_are_in_the_reader_s_language(anonymous: Browser, session: Session) -> None:
    make_user(session, email="bob@clinic.example")
    wrong = {"email": "bob@clinic.example", "password": "not the password"}
    answer = anonymous.post("/sign-in", data=wrong, headers=GERMAN)
    assert "<b>E-Mail und Passwort passen nicht zusammen.</b> Versuchen Sie es noch einmal" in answer.text


def test_a_refusal_with_a_number_takes_the_form_of_its_language(bob: Browser) -> None:
    bob.post("/account/language", data={"language": "de"})
    data = {"current": "anything at all", "password": "x"}
    assert "Das ist nicht Ihr jetziges Passwort" in bob.post("/account/password", data=data).text
    too_long = bob.post("/account", data={"name": "n" * 5_000}).text
    assert "Verwenden Sie höchstens 200 Zeichen." in too_long


def test_what_pydantic_s_own_validators_say_is_translated(bob: Browser) -> None:
    bob.post("/account/language", data={"language": "de"})
    page = bob.post("/account", data={"name": "Bob\u2028Bobson"}).text
    assert "Schreiben Sie das in eine Zeile, ohne unsichtbare Zeichen." in page


def test_unknown_addresses_and_strangers_datasets_too(charlie: Browser, dataset: Dataset) -> None:
    assert "Hier ist nichts" in charlie.get("/no/such/page", headers=GERMAN).text
    answer = charlie.htmx(f"/datasets/{dataset.id}", headers=GERMAN)
    assert answer.status_code == 404
    assert "Diesen Datensatz gibt es nicht" in answer.text


def test_an_invitation_in_german_escapes_names(alice: Browser, anonymous: Browser, session: Session) -> None:
    alice.user.name = "Dr. <i>Alice</i> 100 %"  # type: ignore[union-attr]
    dataset = session.get(Dataset, 1) or session.query(Dataset).first()
    assert dataset
    dataset.name = "%(name)s & <b>Co</b>"
    token = invitations.invite(session, dataset, alice.user, role=Role.EXPERT)  # type: ignore[arg-type]
    page = anonymous.get(f"/invitations/{token}", headers=GERMAN).text
    assert '<span dir="auto">Dr. &lt;i&gt;Alice&lt;/i&gt; 100 %</span> lädt Sie ein, Beispiele zu beurteilen.' in page
    assert 'Sie sind eingeladen zu <span dir="auto">%(name)s &amp; &lt;b&gt;Co&lt;/b&gt;</span>' in page


def test_numbers_follow_the_language() -> None:
    german = Wording("de")
    assert german.count(1_234_567) == "1.234.567"
    assert german.signed(-1_200) == "−1.200"
    assert german.size(1_400_000) == f"1,4{SPACE}MB"
    assert german.percent(1, 1_000) == f"unter 1{SPACE}%"
    assert german.duration(90_000) == f"1{SPACE}Tag 1{SPACE}h"
    assert german.plural(2, "sample") == f"2{SPACE}Beispiele"


def test_catalogues_are_read_once_and_quickly() -> None:
    assert locales.catalogue("de") is locales.catalogue("de")
    assert set(locales.LANGUAGES) >= {"en", "de"}
    assert locales.of(Request({"type": "http", "headers": [(b"accept-language", b"de")], "state": {}})) == "de"
