"""The queue: places for queued samples, reserved in order, closed while a sample is dropped."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.models import Corpus, Dataset, Decision, Review, Sample, SampleState, Slot, SlotState, User
from app.services import reviewing
from tests import factories
from tests.services.test_reviewing import answer, expire


def queued(session: Session, dataset: Dataset, count: int, corpus: Corpus | None = None) -> list[Sample]:
    made = factories.make_samples(
        session, corpus or factories.make_corpus(session, dataset), count, state=SampleState.QUEUED
    )
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


def taken(session: Session, dataset: Dataset, expert: User, count: int = 2) -> list[int]:
    return [slot.sample_id for slot in reviewing.next_slots(session, dataset, expert, count)]


def test_each_queued_sample_gets_its_places_once(session: Session) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=3)
    corpus = factories.make_corpus(session, dataset)
    waiting = factories.make_samples(session, corpus, 2, state=SampleState.QUEUED)
    factories.make_samples(session, corpus, 2, state=SampleState.DROPPED)

    assert [reviewing.open_slots(session, dataset, select(Sample.id)) for _ in range(2)] == [6, 0]
    places = session.execute(select(Slot.sample_id, Slot.number).order_by(Slot.id)).all()
    assert list(places) == [(sample.id, number) for sample in waiting for number in (1, 2, 3)]


def test_only_the_chosen_samples_are_opened(session: Session, dataset: Dataset) -> None:
    first, _ = factories.make_samples(session, factories.make_corpus(session, dataset), 2, state=SampleState.QUEUED)

    assert reviewing.open_slots(session, dataset, select(Sample.id).where(Sample.id == first.id)) == 1


def test_samples_come_by_rank_then_by_age(session: Session, dataset: Dataset) -> None:
    expert = factories.make_user(session)
    samples = queued(session, dataset, 4)
    session.execute(update(Slot).where(Slot.sample_id == samples[3].id).values(rank=-1))

    assert taken(session, dataset, expert, 4) == [samples[3].id, samples[0].id, samples[1].id, samples[2].id]


def test_what_one_holds_comes_before_what_is_free(session: Session, dataset: Dataset) -> None:
    expert = factories.make_user(session)
    queued(session, dataset, 4)
    before = taken(session, dataset, expert)
    session.execute(update(Slot).where(Slot.state == SlotState.OPEN).values(rank=-1))

    assert taken(session, dataset, expert) == before


def test_experts_never_hold_the_same_place(session: Session, dataset: Dataset) -> None:
    samples = queued(session, dataset, 5)

    held = [sample for _ in range(3) for sample in taken(session, dataset, factories.make_user(session))]

    assert sorted(held) == [sample.id for sample in samples]


def test_one_expert_holds_one_place_of_a_sample(session: Session) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    samples = queued(session, dataset, 2)

    assert taken(session, dataset, factories.make_user(session), 4) == [sample.id for sample in samples]


def test_expired_lease_goes_to_a_colleague(session: Session, dataset: Dataset) -> None:
    samples = queued(session, dataset, 2)
    absent, colleague = factories.make_user(session), factories.make_user(session)
    held = reviewing.next_slots(session, dataset, absent)
    assert taken(session, dataset, colleague) == []
    expire(session, *held)

    assert taken(session, dataset, colleague) == [sample.id for sample in samples]
    assert taken(session, dataset, absent) == []


def test_renewing_keeps_a_lease(session: Session, dataset: Dataset) -> None:
    queued(session, dataset, 2)
    reader, colleague = factories.make_user(session), factories.make_user(session)
    expire(session, *reviewing.next_slots(session, dataset, reader))

    assert reviewing.renew(session, dataset, reader) == 2
    assert taken(session, dataset, colleague) == []


def test_dropped_sample_leaves_the_queue_and_comes_back(session: Session, dataset: Dataset) -> None:
    expert, skipper = factories.make_user(session), factories.make_user(session)
    samples = queued(session, dataset, 2)
    answer(session, dataset, skipper, Decision.SKIP)
    samples[0].state = SampleState.DROPPED
    session.flush()

    assert reviewing.close_slots(session, dataset) == 1
    assert taken(session, dataset, expert) == []
    assert session.scalar(select(func.count(Review.id))) == 1

    samples[0].state = SampleState.QUEUED
    session.flush()
    assert reviewing.open_slots(session, dataset, select(Sample.id)) == 1
    assert taken(session, dataset, expert) == [samples[0].id]


def test_answer_on_a_dropped_sample_is_kept_and_does_not_count(session: Session, dataset: Dataset) -> None:
    expert = factories.make_user(session)
    sample = queued(session, dataset, 1)[0]
    slot = reviewing.next_slots(session, dataset, expert)[0]
    sample.state = SampleState.DROPPED
    session.flush()
    reviewing.close_slots(session, dataset, select(Sample.id).where(Sample.id == sample.id))

    assert not answer(session, dataset, expert, slot=slot).review.counted
    assert sample.state is SampleState.DROPPED


def test_decided_sample_keeps_its_place_through_a_run(session: Session, dataset: Dataset) -> None:
    expert = factories.make_user(session)
    queued(session, dataset, 1)
    answer(session, dataset, expert)

    assert reviewing.close_slots(session, dataset) == 0
    assert reviewing.open_slots(session, dataset, select(Sample.id)) == 0
    assert session.scalars(select(Slot.state)).all() == [SlotState.DONE]
