"""What has been answered is still there when the text is opened, without any script."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Dataset, Review, Sample, SampleState
from app.services import reviewing
from tests import factories
from tests.conftest import Browser
from tests.web.test_questions import ADVICE, NOTE, ask, checked
from tests.web.test_review import page


@pytest.fixture
def sample(session: Session, dataset: Dataset) -> Sample:
    made = factories.make_samples(session, factories.make_corpus(session, dataset), 1, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made[0]


def slot_of(html: str) -> str:
    found = re.search(r'name="slot" value="(\d+)"', html)
    assert found is not None
    return found[1]


def test_edit_takes_along_what_was_answered(bob: Browser, session: Session, dataset: Dataset, sample: Sample) -> None:
    ask(session, dataset, ADVICE, NOTE)
    html = page(bob, dataset)
    address = f"/datasets/{dataset.id}/review/edit"
    assert f'formaction="{address}"' in html

    given = {"slot": slot_of(html), "seconds": "", "a.advice": "Harmful", "a.note": "Ask <b>Tom</b>"}
    answer = bob.post(address, data=given)

    assert answer.status_code == 200
    assert 'name="text"' in answer.text
    assert checked(answer.text) == ["Harmful"]
    assert "Ask &lt;b&gt;Tom&lt;/b&gt;</textarea>" in answer.text
    assert session.scalars(select(Review)).all() == []


def test_sample_that_left_the_desk_is_not_opened(bob: Browser, dataset: Dataset, sample: Sample) -> None:
    page(bob, dataset)

    answer = bob.post(f"/datasets/{dataset.id}/review/edit", data={"slot": "999999"})

    assert answer.status_code == 409
    assert "not on your desk any more" in answer.text


def test_nothing_typed_is_no_fault(bob: Browser, dataset: Dataset, sample: Sample) -> None:
    html = page(bob, dataset)

    assert bob.post(f"/datasets/{dataset.id}/review/edit", data={"slot": slot_of(html)}).status_code == 200
    assert bob.post(f"/datasets/{dataset.id}/review/edit", data={}).status_code == 422
