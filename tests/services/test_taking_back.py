"""Taking back by key, however often it is asked for; and the page of all decisions."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Dataset, Sample, SampleState, User
from app.services import decisions, leases, reviewing
from app.services.errors import Conflict
from app.services.taking_back import take_back
from tests import factories
from tests.services.test_reviewing import answer


@pytest.fixture
def expert(session: Session, dataset: Dataset) -> User:
    return factories.make_user(session, "Bob")


@pytest.fixture
def samples(session: Session, dataset: Dataset) -> list[Sample]:
    made = factories.make_samples(session, factories.make_corpus(session, dataset), 8, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


def test_asked_twice_takes_back_once(session: Session, dataset: Dataset, expert: User, samples: list[Sample]) -> None:
    first, second = (answer(session, dataset, expert).review for _ in range(2))
    for _ in range(2):
        taken = take_back(session, dataset, expert, key=second.idempotency_key)
        assert taken.slot is not None
        assert taken.slot.id == second.slot_id

    assert (first.undone_at, samples[0].state) == (None, SampleState.APPROVED)
    assert samples[1].state is SampleState.QUEUED


def test_asked_again_after_a_new_answer_leaves_the_new_one(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    old = answer(session, dataset, expert).review
    take_back(session, dataset, expert, review_id=old.id)
    new = answer(session, dataset, expert).review
    taken = take_back(session, dataset, expert, review_id=old.id)

    assert new.sample_id == old.sample_id
    assert (taken.slot, new.undone_at) == (None, None)


def test_nobody_takes_back_what_is_not_theirs(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    review = answer(session, dataset, factories.make_user(session)).review
    for which in ({"key": review.idempotency_key}, {"review_id": review.id}, {"key": "never sent"}):
        with pytest.raises(Conflict):
            take_back(session, dataset, expert, **which)  # type: ignore[arg-type]


def test_place_ahead_is_neither_in_hand_nor_hoarded(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    seen: list[int] = []
    for _ in range(8):
        slot = leases.following(session, dataset, expert, seen)
        if slot is None:
            break
        assert slot.id not in seen
        seen.append(slot.id)

    assert len(seen) == leases.MOST
    assert leases.following(session, dataset, expert, []).id == seen[0]  # type: ignore[union-attr]


def test_decisions_come_in_pages_by_key(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "PAGE", 3)
    given = [answer(session, dataset, expert).review.id for _ in range(6)]
    answer(session, dataset, factories.make_user(session))
    reviewing.undo(session, dataset, expert, given[1])
    found, before, pages = [], None, 0
    while pages == 0 or before is not None:
        page = decisions.page(session, dataset, expert, before)
        found += [review.id for review, _ in page.rows]
        before, pages = page.earlier, pages + 1

    assert found == sorted(set(given) - {given[1]}, reverse=True)
    assert pages == 2
    assert decisions.page(session, dataset, expert).rows[0][1] == samples[5].question
