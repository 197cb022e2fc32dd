"""Datasets, their people and their guidelines, as people see them."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Dataset, Invitation, Membership, Role, SampleState, Worker
from app.services import guidelines
from tests.conftest import Browser
from tests.factories import join, make_corpus, make_review, make_samples, make_slot, make_user

NEW = {
    "name": "Tax letters",
    "goal": "Clear letters.",
    "purpose": "task",
    "form": "chat",
    "target": "",
    "reviews_per_sample": "2",
}


def _words(page: str) -> str:
    """The text of a page, without tags and line breaks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_the_list_shows_what_waits(
    bob: Browser, charlie: Browser, alice: Browser, session: Session, dataset: Dataset
) -> None:
    for sample in make_samples(session, make_corpus(session, dataset), 2, state=SampleState.QUEUED):
        make_slot(session, sample)
    page = bob.get("/datasets").text
    assert "Primary care answers" in page
    assert "2 samples" in page.replace("\u00a0", " ")
    assert "not part of a dataset yet" in charlie.get("/datasets").text
    assert "New dataset" in alice.get("/datasets").text


def test_the_list_asks_the_same_number_of_questions_for_any_number_of_datasets(
    alice: Browser, session: Session, queries: list[str]
) -> None:
    from tests.factories import make_dataset

    counts = []
    for _ in range(2):
        for _ in range(5):
            make_dataset(session)
        session.flush()
        queries.clear()
        alice.get("/datasets")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 3


def test_a_new_dataset_leads_to_its_first_corpus(alice: Browser, session: Session) -> None:
    answer = alice.post("/datasets/new", data=NEW)
    made = session.scalars(select(Dataset).where(Dataset.name == "Tax letters")).one()
    assert answer.headers["Location"] == f"/datasets/{made.id}/corpora"
    assert made.reviews_per_sample == 2
    assert made.target is None
    assert alice.user is not None
    assert session.get_one(Membership, (made.id, alice.user.id)).role is Role.ADMIN


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", " ", "Fill this in."),
        ("name", "Primary care answers", "There is a dataset called"),
        ("name", "two\nlines", "on one line"),
        ("name", "x" * 101, "100 characters or fewer"),
        ("purpose", "fun", "Choose one of the answers."),
        ("target", "0", "Enter 1 or more."),
        ("reviews_per_sample", "10", "Enter 9 or less."),
        ("is_public", "yes", "Load the page again"),
    ],
)
def test_a_refused_dataset_keeps_what_was_typed(
    alice: Browser, session: Session, field: str, value: str, sentence: str
) -> None:
    answer = alice.post("/datasets/new", data={**NEW, field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Clear letters." in answer.text
    assert not session.scalars(select(Dataset).where(Dataset.goal == "Clear letters.")).all()


def test_settings_are_changed(dora: Browser, session: Session, dataset: Dataset) -> None:
    answer = dora.post(f"/datasets/{dataset.id}/settings", data=NEW)
    assert "The settings are saved." in dora.get(answer.headers["Location"]).text
    assert dataset.name == "Tax letters"


def test_the_overview_names_every_exit(lena: Browser, session: Session, dataset: Dataset) -> None:
    dataset.target = 10
    corpus = make_corpus(session, dataset, "Leaflets")
    make_samples(session, corpus, 3, state=SampleState.REJECTED)
    make_samples(session, corpus, 4, state=SampleState.APPROVED)
    [sample] = make_samples(session, corpus, 1, state=SampleState.QUEUED)
    make_review(session, sample, make_user(session, "Bob"))
    words = _words(lena.get(f"/datasets/{dataset.id}").text)
    for sentence in (
        "8 uploaded",
        "4 of 10 approved",
        "6 to go",
        "3 rejected, 1 waits for a further review, 0 need a decision",
        "Leaflets",
    ):
        assert sentence in words.replace("\u00a0", " ")


def test_the_overview_asks_few_questions_whatever_the_number_of_corpora(
    lena: Browser, session: Session, dataset: Dataset, queries: list[str]
) -> None:
    counts = []
    for _ in range(2):
        for _ in range(4):
            corpus = make_corpus(session, dataset)
            make_samples(session, corpus, 2, state=SampleState.QUEUED)
            join(session, dataset, make_user(session))
        session.flush()
        queries.clear()
        lena.get(f"/datasets/{dataset.id}")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14


def test_experts_go_to_their_desk(bob: Browser, dataset: Dataset) -> None:
    assert bob.get(f"/datasets/{dataset.id}").headers["Location"] == f"/datasets/{dataset.id}/review"


def test_a_page_says_that_no_worker_runs(lena: Browser, session: Session, dataset: Dataset) -> None:
    assert "No worker is running" in lena.get(f"/datasets/{dataset.id}").text
    session.add(Worker(name="w1"))
    assert "No worker is running" not in lena.get(f"/datasets/{dataset.id}").text


def test_a_name_is_shown_as_text(alice: Browser, session: Session, dataset: Dataset) -> None:
    dataset.name = '<script>alert("x")</script>'
    page = alice.get(f"/datasets/{dataset.id}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_an_invitation_link_is_shown_once_and_works(
    dora: Browser, anonymous: Browser, session: Session, dataset: Dataset
) -> None:
    home = f"/datasets/{dataset.id}/people"
    page = dora.post(
        f"{home}/invite", data={"name": "Dr Okafor", "email": "", "role": "expert", "specialty": "GP"}
    ).text
    found = re.search(r'value="http://testserver(/invitations/[^"]+)"', page)
    assert found
    assert "Winnow sends no e-mail" in page
    assert anonymous.get(found[1]).status_code == 200
    later = dora.get(home).text
    assert found[1] not in later
    assert "Dr Okafor" in later


def test_a_link_taken_back_does_not_open(dora: Browser, session: Session, dataset: Dataset) -> None:
    home = f"/datasets/{dataset.id}/people"
    dora.post(f"{home}/invite", data={"role": "expert"})
    invitation = session.scalars(select(Invitation)).one()
    assert dora.post(f"{home}/invitations/{invitation.id}/revoke").status_code == 303
    assert not session.scalars(select(Invitation)).all()


def test_leads_see_people_and_change_nobody(lena: Browser, bob: Browser, dataset: Dataset) -> None:
    page = lena.get(f"/datasets/{dataset.id}/people").text
    assert "bob@clinic.example" in page
    assert '<form class="inline"' not in page
    assert bob.user is not None
    assert lena.post(f"/datasets/{dataset.id}/people/{bob.user.id}/role", data={"role": "admin"}).status_code == 403


def test_roles_and_removal(dora: Browser, bob: Browser, session: Session, dataset: Dataset) -> None:
    assert bob.user is not None
    home = f"/datasets/{dataset.id}/people/{bob.user.id}"
    assert dora.post(f"{home}/role", data={"role": "lead"}).status_code == 303
    assert bob.get(f"/datasets/{dataset.id}/people").status_code == 200
    assert dora.post(f"{home}/role", data={"role": "owner"}).status_code == 422
    assert dora.post(f"{home}/remove").status_code == 303
    assert bob.get(f"/datasets/{dataset.id}/people").status_code == 404


def test_the_last_admin_is_told_why_they_stay(dora: Browser, dataset: Dataset) -> None:
    assert dora.user is not None
    answer = dora.post(f"/datasets/{dataset.id}/people/{dora.user.id}/remove")
    assert answer.status_code == 409
    assert "Make somebody else an admin first." in answer.text


def test_guidelines_are_written_read_and_compared(lena: Browser, bob: Browser, dataset: Dataset) -> None:
    home = f"/datasets/{dataset.id}/guidelines"
    assert "Nothing is written yet" in bob.get(home).text
    lena.post(home, data={"text": "# Approve\n\nWait **24** hours.", "based_on": "0"})
    lena.post(home, data={"text": "# Approve\n\nWait **48** hours.", "based_on": "1"})
    page = bob.get(home).text
    assert "<strong>48</strong>" in page
    assert "Write a new version" not in page
    assert "<strong>24</strong>" in bob.get(f"{home}?version=1").text
    changes = bob.get(f"{home}/changes/2").text
    assert re.search(r"<del>[^<]*24", changes)
    assert re.search(r"<ins>[^<]*48", changes)
    assert bob.get(f"{home}?version=3").status_code == 404


def test_guidelines_hold_no_html(lena: Browser, dataset: Dataset) -> None:
    home = f"/datasets/{dataset.id}/guidelines"
    lena.post(home, data={"text": "<img src=x onerror=alert(1)> [a](javascript:alert(1))", "based_on": "0"})
    page = lena.get(home).text
    assert "<img" not in page
    assert 'href="javascript' not in page


def test_two_writers_do_not_overwrite_each_other(lena: Browser, session: Session, dataset: Dataset) -> None:
    home = f"/datasets/{dataset.id}/guidelines"
    guidelines.save(session, dataset, make_user(session), "Hers.", 0)
    answer = lena.post(home, data={"text": "Mine.", "based_on": "0"})
    assert answer.status_code == 409
    assert "Somebody saved version 1" in answer.text
    assert "Mine." in answer.text
    assert 'name="based_on" value="1"' in answer.text


def test_text_comes_back_letter_for_letter(lena: Browser, session: Session, dataset: Dataset) -> None:
    home = f"/datasets/{dataset.id}/guidelines"
    lena.post(home, data={"text": 'a </textarea> & "b"', "based_on": "0"})
    assert "a &lt;/textarea&gt; &amp; &#34;b&#34;</textarea>" in lena.get(f"{home}/edit").text
