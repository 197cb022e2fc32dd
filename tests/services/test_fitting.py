"""As many reviews as are asked for, and not one more: up and down, in hand, given back, and for a share of samples."""

from collections import Counter
from hashlib import md5

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.models import Dataset, Decision, Review, Sample, SampleState, Slot, SlotState, User
from app.services import datasets, freeing, people, replanning, review_plan, reviewing
from tests import factories
from tests.services.test_reviewing import answer, expire


def places(session: Session, sample: Sample) -> Counter[str]:
    return Counter(session.scalars(select(Slot.state).where(Slot.sample_id == sample.id)))


@pytest.fixture
def expert(session: Session) -> User:
    return factories.make_user(session)


@pytest.fixture
def colleague(session: Session) -> User:
    return factories.make_user(session)


def queue(session: Session, reviews: int, samples: int = 1) -> tuple[Dataset, list[Sample]]:
    dataset = factories.make_dataset(session, reviews_per_sample=reviews)
    made = factories.make_samples(session, factories.make_corpus(session, dataset), samples, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    return dataset, made


def test_fewer_reviews_close_the_free_places(session: Session) -> None:
    dataset, (sample,) = queue(session, 3)
    datasets.change(session, dataset, reviews_per_sample=1)

    assert places(session, sample) == {"open": 1, "closed": 2}


def test_down_and_up_again_opens_the_same_places(session: Session) -> None:
    dataset, (sample,) = queue(session, 3)
    for reviews, expected in ((1, {"open": 1, "closed": 2}), (2, {"open": 2, "closed": 1}), (4, {"open": 4})):
        datasets.change(session, dataset, reviews_per_sample=reviews)
        assert places(session, sample) == expected


def test_answers_given_decide_where_they_are_enough_now(session: Session, expert: User) -> None:
    dataset, (sample,) = queue(session, 3)
    answer(session, dataset, expert, Decision.REJECT, reason="wrong")
    datasets.change(session, dataset, reviews_per_sample=1)
    session.refresh(sample)

    assert sample.state is SampleState.REJECTED
    assert sample.decided_at is not None
    assert places(session, sample) == {"done": 1, "closed": 2}


def test_an_edit_that_alone_is_enough_now_is_what_counts(session: Session, expert: User) -> None:
    dataset, (sample,) = queue(session, 2)
    review = answer(session, dataset, expert, edits={1: "Better."}).review
    datasets.change(session, dataset, reviews_per_sample=1)
    session.refresh(sample)

    assert (sample.state, sample.revision_id) == (SampleState.APPROVED, review.revision_id)


def test_two_answers_that_disagree_are_flagged_when_no_third_is_asked(
    session: Session, expert: User, colleague: User
) -> None:
    dataset, (sample,) = queue(session, 3)
    answer(session, dataset, expert)
    answer(session, dataset, colleague, Decision.REJECT, reason="wrong")
    datasets.change(session, dataset, reviews_per_sample=2)
    session.refresh(sample)

    assert sample.state is SampleState.FLAGGED


def test_what_is_in_hand_stays_and_counts(session: Session, expert: User, colleague: User) -> None:
    dataset, (sample,) = queue(session, 2)
    mine, theirs = (reviewing.next_slots(session, dataset, one)[0] for one in (expert, colleague))
    datasets.change(session, dataset, reviews_per_sample=1)
    assert places(session, sample) == {"leased": 2}

    assert answer(session, dataset, expert, slot=mine).review.counted
    assert answer(session, dataset, colleague, slot=theirs).review.counted
    session.refresh(sample)
    assert sample.state is SampleState.APPROVED


@pytest.mark.parametrize("how", ["expires", "skipped", "left"])
def test_what_was_in_hand_and_comes_back_is_not_asked_again(
    session: Session, expert: User, colleague: User, how: str
) -> None:
    dataset, (sample,) = queue(session, 2)
    factories.join(session, dataset, colleague)
    mine, theirs = (reviewing.next_slots(session, dataset, one)[0] for one in (expert, colleague))
    datasets.change(session, dataset, reviews_per_sample=1)
    answer(session, dataset, expert, slot=mine)
    if how == "expires":
        expire(session, theirs)
        freeing.free_expired(session, dataset)
    elif how == "skipped":
        answer(session, dataset, colleague, Decision.SKIP, slot=theirs)
    else:
        people.remove(session, dataset, colleague.id)
    session.refresh(sample)

    assert places(session, sample) == {"done": 1, "closed": 1}
    assert sample.state is SampleState.APPROVED
    assert reviewing.next_slots(session, dataset, factories.make_user(session)) == []


def test_a_dropped_sample_comes_back_with_as_many_places_as_are_wanted_then(session: Session) -> None:
    dataset, (sample,) = queue(session, 3)
    sample.state = SampleState.DROPPED
    session.flush()
    reviewing.close_slots(session, dataset)
    dataset.reviews_per_sample = 2
    sample.state = SampleState.QUEUED
    session.flush()
    reviewing.open_slots(session, dataset, select(Sample.id))

    assert places(session, sample) == {"open": 2, "closed": 1}


def test_a_share_of_the_samples_asks_for_more(session: Session) -> None:
    dataset, samples = queue(session, 1, 300)
    plan = review_plan.save(session, dataset, more=3, more_share=0.2, seed=7)
    replanning.bring(session, dataset, replanning.Asked(fit=True))
    drawn = {s.id for s in samples if int(md5(f"7:{s.id}".encode()).hexdigest()[:8], 16) < 0.2 * 2**32}

    counts = dict(session.execute(select(Slot.sample_id, func.count()).group_by(Slot.sample_id)).all())
    assert counts == {sample.id: 3 if sample.id in drawn else 1 for sample in samples}
    assert 30 < len(drawn) < 90

    review_plan.save(session, dataset, more_share=0.4)
    replanning.bring(session, dataset, replanning.Asked(fit=True))
    more = set(session.scalars(select(Slot.sample_id).where(Slot.number == 3, Slot.state == SlotState.OPEN)))
    assert drawn < more
    assert review_plan.load(dataset) == plan.model_copy(update={"more_share": 0.4})


def test_what_other_parts_keep_in_the_plan_stays(session: Session, dataset: Dataset) -> None:
    session.execute(update(Dataset).where(Dataset.id == dataset.id).values(review_plan={"gold": {"share": 0.1}}))
    review_plan.save(session, dataset, order="random", seed=3)

    assert dataset.review_plan["gold"] == {"share": 0.1}
    assert review_plan.load(dataset).order is review_plan.Order.RANDOM


def test_expired_reservations_are_freed_in_every_dataset_though_nobody_asks(session: Session, expert: User) -> None:
    for _ in range(2):
        dataset, _samples = queue(session, 1)
        expire(session, *reviewing.next_slots(session, dataset, expert))
    dataset, _samples = queue(session, 1)
    reviewing.next_slots(session, dataset, expert)

    assert [freeing.free_everywhere(session) for _ in range(2)] == [2, 0]
    assert Counter(session.scalars(select(Slot.state))) == {"open": 2, "leased": 1}


def test_a_pause_gives_nobody_a_new_sample_and_takes_answers(session: Session, expert: User) -> None:
    dataset, samples = queue(session, 1, 3)
    held = reviewing.next_slots(session, dataset, expert, 1)
    dataset.paused_at = func.now()
    session.flush()
    session.refresh(dataset)

    assert reviewing.next_slots(session, dataset, expert, 2) == held
    assert answer(session, dataset, expert, slot=held[0]).review.counted
    assert reviewing.next_slots(session, dataset, expert) == []
    dataset.paused_at = None
    assert len(reviewing.next_slots(session, dataset, expert)) == 2
    assert session.scalar(select(func.count(Review.id))) == 1
    assert len(samples) == 3
