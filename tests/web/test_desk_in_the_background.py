"""What a page in use asks for in the background: the next card, and what an answer changed beside it."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.models import Dataset, Review, Sample, SampleState, Slot
from app.services import reviewing
from tests import factories
from tests.conftest import Browser
from tests.web.test_review import hidden, page


@pytest.fixture
def samples(session: Session, dataset: Dataset) -> list[Sample]:
    made = factories.make_samples(session, factories.make_corpus(session, dataset), 4, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


def send(browser: Browser, dataset: Dataset, what: str = "", **fields: Any) -> Any:
    return browser.htmx(f"/datasets/{dataset.id}/review{what}?part=done", "POST", data=fields)


def following(browser: Browser, dataset: Dataset, *slots: str, **options: Any) -> Any:
    query = "&".join(f"beyond={slot}" for slot in slots)
    return browser.htmx(f"/datasets/{dataset.id}/review/following?{query}", **options)


def test_following_card_comes_alone_and_is_reserved(
    bob: Browser, lena: Browser, dataset: Dataset, samples: list[Sample]
) -> None:
    slot = hidden(page(bob, dataset))["slot"]
    card = following(bob, dataset, slot)

    assert samples[1].answer in card.text
    assert samples[0].answer not in card.text
    assert 'id="strip"' not in card.text
    assert samples[2].answer in page(lena, dataset)
    assert samples[1].answer in following(bob, dataset, slot).text


def test_following_without_htmx_is_the_desk(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    answer = bob.get(f"/datasets/{dataset.id}/review/following")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/datasets/{dataset.id}/review")


def test_end_of_the_queue_is_said_in_the_card(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    slots = [hidden(page(bob, dataset))["slot"]]
    for _ in range(3):
        slots.append(hidden(following(bob, dataset, *slots).text)["slot"])

    assert "data-subject" not in following(bob, dataset, *slots).text


def test_answer_in_the_background_brings_the_strip_and_says_that_it_is_saved(
    bob: Browser, dataset: Dataset, samples: list[Sample]
) -> None:
    answer = send(bob, dataset, **hidden(page(bob, dataset)), decision="approve")

    assert answer.headers["Winnow-Saved"] == "1"
    assert '<b class="num">1</b> today' in answer.text
    assert f'data-saved="{samples[0].id}"' in answer.text
    assert samples[0].question in answer.text
    assert 'id="answer"' not in answer.text
    assert samples[0].state is SampleState.APPROVED


def test_refused_answer_is_not_called_saved(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    answer = send(bob, dataset, **hidden(page(bob, dataset)), decision="flag")

    assert answer.status_code == 422
    assert "Winnow-Saved" not in answer.headers


def test_late_answer_names_its_sample(
    bob: Browser, lena: Browser, session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    fields = hidden(page(bob, dataset))
    session.execute(update(Slot).values(leased_until=func.now() - func.make_interval(0, 0, 0, 0, 1)))
    send(lena, dataset, **hidden(page(lena, dataset)), decision="approve")

    answer = send(bob, dataset, **fields, decision="approve")

    assert f"while you were away: “{samples[0].question}”." in answer.text
    assert answer.headers["Winnow-Saved"] == "1"


def test_answer_keeps_the_next_samples_reserved(
    bob: Browser, session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    fields = hidden(page(bob, dataset))
    following(bob, dataset, fields["slot"])
    session.execute(update(Slot).where(Slot.leased_until.is_not(None)).values(leased_until=func.now()))
    send(bob, dataset, **fields, decision="approve")

    left = session.scalars(select(Slot.leased_until > func.now()).where(Slot.leased_until.is_not(None))).all()
    assert left == [True]


def test_taking_back_by_key_says_that_the_sample_is_back(
    bob: Browser, session: Session, dataset: Dataset, samples: list[Sample]
) -> None:
    fields = hidden(page(bob, dataset))
    send(bob, dataset, **fields, decision="approve")
    for _ in range(2):
        answer = send(bob, dataset, "/undo", key=fields["key"])
        assert f'data-back="{fields["slot"]}"' in answer.text
        assert answer.headers["Winnow-Saved"] == "1"

    assert session.scalar(select(func.count()).where(Review.undone_at.is_not(None))) == 1
    assert samples[0].state is SampleState.QUEUED


def test_page_of_another_person_is_refused_and_told_apart(
    bob: Browser, lena: Browser, dataset: Dataset, samples: list[Sample]
) -> None:
    fields = hidden(page(bob, dataset))
    assert lena.user is not None
    assert bob.user is not None
    url = f"/datasets/{dataset.id}/review?part=done"
    refusal = lena.htmx(
        url, "POST", data={**fields, "decision": "approve"}, headers={"Winnow-Person": str(bob.user.id)}
    )
    assert (refusal.status_code, refusal.headers["Winnow-Person"]) == (409, "other")
    assert "Lena is signed in here now" in refusal.text
    assert samples[0].state is SampleState.QUEUED
    own = bob.htmx(url, "POST", data={**fields, "decision": "approve"}, headers={"Winnow-Person": str(bob.user.id)})
    assert own.status_code == 200


def test_person_without_access_does_not_pass_for_a_lost_dataset(
    charlie: Browser, bob: Browser, dataset: Dataset, samples: list[Sample]
) -> None:
    assert bob.user is not None
    answer = following(charlie, dataset, headers={"Winnow-Person": str(bob.user.id)})

    assert (answer.status_code, answer.headers["Winnow-Person"]) == (409, "other")


def test_wanted_place_is_shown_while_it_is_held(
    bob: Browser, lena: Browser, dataset: Dataset, samples: list[Sample]
) -> None:
    first = hidden(page(bob, dataset))["slot"]
    second = hidden(following(bob, dataset, first).text)["slot"]

    assert samples[1].answer in page(bob, dataset, f"?slot={second}")
    assert samples[1].answer in page(bob, dataset, f"?edit=answer&slot={second}")
    assert samples[2].answer in page(lena, dataset, f"?slot={second}")


def test_decisions_are_one_s_own(bob: Browser, lena: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    send(bob, dataset, **hidden(page(bob, dataset)), decision="reject", reason="harmful", comment="The dose.")
    url = f"/datasets/{dataset.id}/review/decisions"
    mine = bob.get(url).text

    assert "Could do harm" in mine
    assert "The dose." in mine
    assert "You have decided nothing yet" in lena.get(url).text
    review = re.search(r'name="review" value="(\d+)"', mine)
    assert review is not None
    assert bob.post(f"/datasets/{dataset.id}/review/undo", data={"review": review[1]}).status_code == 303
    assert samples[0].answer in page(bob, dataset)


def test_own_keys_stand_on_the_controls(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    answer = bob.post("/account/keys", data={"approve": "o"})
    assert "Your keys are saved." in bob.get(answer.headers["Location"]).text
    assert re.search(r'data-key="o">.*?Approve <kbd>O</kbd>', page(bob, dataset))
    refused = bob.post("/account/keys", data={"approve": "r"})
    assert refused.status_code == 422
    assert 'id="approve-error">R is the key of' in refused.text
    bob.post("/account/keys", data={"approve": "o", "first": "yes"})
    assert 'data-key="a"' in page(bob, dataset)
