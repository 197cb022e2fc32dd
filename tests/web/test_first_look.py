"""What a newcomer reads first: an invitation that says where it opens, and a desk that says what to do."""

import pytest
from sqlalchemy.orm import Session

from app.models import Dataset
from app.services import guidelines
from tests import factories
from tests.conftest import Browser
from tests.web.test_review import page, samples, send  # noqa: F401 - a fixture

FIRST = "Read the guidelines first."


@pytest.fixture
def written(session: Session, dataset: Dataset) -> None:
    dataset.goal = "Answers that a nurse may give"
    guidelines.save(session, dataset, factories.make_user(session, "Lea"), "Approve what is right.", 0)


@pytest.mark.usefixtures("written", "samples")
def test_the_guidelines_come_before_the_first_answer_only(bob: Browser, dataset: Dataset) -> None:
    first = page(bob, dataset)
    assert FIRST in first
    assert "<b>Answers that a nurse may give</b>" in first
    send(bob, dataset, first, decision="approve")
    assert FIRST not in page(bob, dataset)


@pytest.mark.usefixtures("samples")
def test_guidelines_that_are_not_written_are_not_recommended(bob: Browser, dataset: Dataset) -> None:
    assert FIRST not in page(bob, dataset)


@pytest.mark.usefixtures("samples")
def test_who_asked_finds_the_way_to_the_answer(bob: Browser, dataset: Dataset) -> None:
    send(bob, dataset, page(bob, dataset), decision="approve")
    place = f"/datasets/{dataset.id}/questions?whose=mine"
    assert f'href="{place}"' in bob.get(f"/datasets/{dataset.id}/review/decisions").text
    assert bob.get(place).status_code == 200


@pytest.mark.parametrize(
    ("address", "is_told"), [("http://127.0.0.1:8765", True), ("https://winnow.example.org", False)]
)
def test_a_link_that_opens_on_this_computer_only_says_so(
    alice: Browser, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, address: str, is_told: bool
) -> None:
    monkeypatch.setattr("app.web.routes.people.own_address", lambda request: address)
    shown = alice.post(f"/datasets/{dataset.id}/people/invite", data={"role": "expert"}).text
    assert f"{address}/invitations/" in shown
    assert ("opens on this computer only" in shown) is is_told
