"""Questions on pages: the lead's list, an expert's own, the badge in the header, and answering in place."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Comment, Dataset, Decision, Review, Sample, SampleState, Slot
from app.services import comments, reviewing
from tests import factories
from tests.conftest import Browser


@pytest.fixture
def samples(session: Session, dataset: Dataset) -> list[Sample]:
    corpus = factories.make_corpus(session, dataset)
    made = factories.make_samples(session, corpus, 2, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


def ask(browser: Browser, dataset: Dataset, sample: Sample, *, by_htmx: bool = False, **fields: Any) -> Any:
    slot = browser.session.scalars(select(Slot.id).where(Slot.sample_id == sample.id)).one()
    data = {"slot": slot, "key": "a-press-of-a-key", "text": "Right?", "open": "yes", **fields}
    url = f"/datasets/{dataset.id}/review/ask"
    return browser.htmx(url, "POST", data=data) if by_htmx else browser.post(url, data=data)


def test_a_question_stays_beside_the_sample(
    bob: Browser, lena: Browser, dataset: Dataset, samples: list[Sample], session: Session
) -> None:
    answer = ask(bob, dataset, samples[0], to="Lena", turn="1", before="0", letters="4")
    assert answer.headers["Location"] == f"/datasets/{dataset.id}/review?note=asked"
    html = bob.get(answer.headers["Location"]).text
    assert "Your question was sent." in html
    assert "<mark>Step</mark>" in html
    assert session.scalars(select(Review.id)).all() == []
    page = lena.get(f"/datasets/{dataset.id}/quality/comments")
    assert "Right?" in page.text
    assert '<span class="num">1</span> <span class="badge-words">question for you' in page.text
    assert "is open" in page.text


def test_htmx_gets_the_threads_or_the_next_sample(bob: Browser, dataset: Dataset, samples: list[Sample]) -> None:
    answer = ask(bob, dataset, samples[0], by_htmx=True)
    assert answer.text.lstrip().startswith('<section class="card threads" id="threads"')
    assert "data-was-sent" in answer.text
    onward = ask(bob, dataset, samples[0], by_htmx=True, then="skip", key="another-press-1")
    assert '"target":"#desk"' in onward.headers["HX-Location"]


@pytest.mark.parametrize("then", [Decision.SKIP, Decision.FLAG])
def test_asking_and_leaving_is_one_press(
    then: Decision, bob: Browser, dataset: Dataset, samples: list[Sample], session: Session
) -> None:
    bob.get(f"/datasets/{dataset.id}/review")
    for _ in range(2):  # the same press may arrive twice
        assert ask(bob, dataset, samples[0], then=then.value).status_code == 303
    (review,) = session.scalars(select(Review)).all()
    assert (review.decision, review.sample_id) == (then, samples[0].id)
    assert len(session.scalars(select(Comment)).all()) == 1


def test_a_refused_question_decides_nothing(
    bob: Browser, dataset: Dataset, samples: list[Sample], session: Session
) -> None:
    answer = ask(bob, dataset, samples[0], then="skip", to="Nobody Known")
    assert answer.status_code == 422
    assert "Nobody Known" in answer.text
    assert session.scalars(select(Review.id)).all() == session.scalars(select(Comment.id)).all() == []


def test_colleagues_words_do_not_steer(
    bob: Browser, lena: Browser, dataset: Dataset, samples: list[Sample], session: Session
) -> None:
    assert lena.user is not None
    comments.ask(session, dataset, lena.user, samples[0].id, "This one is surely wrong.", is_question=True)
    assert "surely wrong" not in bob.get(f"/datasets/{dataset.id}/review").text
    assert "surely wrong" not in bob.get(f"/datasets/{dataset.id}/questions").text
    assert bob.get(f"/datasets/{dataset.id}/review/similar/{samples[0].id}").status_code == 409
    slot = session.scalars(select(Slot.id).where(Slot.sample_id == samples[0].id)).one()
    bob.post(f"/datasets/{dataset.id}/review", data={"slot": slot, "key": "press-press", "decision": "approve"})
    assert "surely wrong" in bob.get(f"/datasets/{dataset.id}/review/similar/{samples[0].id}").text


def test_answering_resolving_and_deleting_come_back_to_their_page(
    bob: Browser, lena: Browser, dataset: Dataset, samples: list[Sample], session: Session
) -> None:
    ask(bob, dataset, samples[0], to="Lena")
    root = session.scalars(select(Comment.id)).one()
    at = f"/datasets/{dataset.id}/comments/{root}"
    answer = lena.post(f"{at}/answer", data={"text": "Yes.", "place": "sample"})
    assert answer.headers["Location"] == f"/datasets/{dataset.id}/samples/{samples[0].id}#thread-{root}"
    assert "Yes." in lena.get(answer.headers["Location"]).text
    assert '<span class="badge-words">question for you' in bob.get(f"/datasets/{dataset.id}/review").text
    said = session.scalars(select(Comment.id).where(Comment.parent_id == root)).one()
    assert bob.post(f"/datasets/{dataset.id}/comments/{said}/delete").status_code == 404
    assert lena.post(f"/datasets/{dataset.id}/comments/{said}/delete", data={"place": "comments"}).status_code == 303
    resolved = bob.post(f"{at}/resolve", data={"place": "comments"})
    assert resolved.headers["Location"] == f"/datasets/{dataset.id}/questions#thread-{root}"
    assert "Resolved" in bob.get(f"/datasets/{dataset.id}/questions").text
    bob.post(f"{at}/reopen")
    assert "Open question" in bob.get(f"/datasets/{dataset.id}/questions").text


def test_a_lead_comments_on_the_page_of_a_sample(
    lena: Browser, bob: Browser, dataset: Dataset, samples: list[Sample], session: Session
) -> None:
    url = f"/datasets/{dataset.id}/samples/{samples[1].id}/comments"
    lena.post(url, data={"text": "Look at <b>this</b>, @Bob.", "place": "sample"})
    said = session.scalars(select(Comment)).one()
    assert (said.is_question, said.mentions) == (False, [bob.user.id if bob.user else 0])
    assert "Look at &lt;b&gt;this&lt;/b&gt;" in bob.get(f"/datasets/{dataset.id}/questions").text
    assert bob.post(url, data={"text": "No."}).status_code == 403


def test_open_questions_are_told_before_a_release(
    dora: Browser, bob: Browser, dataset: Dataset, samples: list[Sample], session: Session
) -> None:
    for sample in samples:
        sample.state = SampleState.APPROVED
    assert bob.user is not None
    comments.ask(session, dataset, bob.user, samples[0].id, "Sure?")
    html = dora.get(f"/datasets/{dataset.id}/releases").text
    assert "more stays out" in html
    assert f'href="/datasets/{dataset.id}/quality/comments"' in html
    comments.ask(session, dataset, bob.user, samples[1].id, "Sure?")
    assert "Open questions come first" in dora.get(f"/datasets/{dataset.id}/releases").text
