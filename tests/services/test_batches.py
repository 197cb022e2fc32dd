"""Batches: what is in them, where they stand in the queue, and what experts hear of them."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Batch, Dataset, Sample, SampleState, Slot, User
from app.services import batches, reviewing
from app.services.errors import Conflict, Invalid
from tests import factories
from tests.services.test_lanes import member, taken
from tests.services.test_reviewing import answer


@pytest.fixture
def lead(session: Session) -> User:
    return factories.make_user(session, "Lena")


@pytest.fixture
def samples(session: Session) -> list[Sample]:
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    made = factories.make_samples(
        session,
        factories.make_corpus(session, dataset),
        [{"prompt": f"About {word}?", "response": f"Answer {n}"} for n, word in enumerate(["hearts", "lungs"] * 3)],
        state=SampleState.QUEUED,
    )
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


@pytest.fixture
def dataset(session: Session, samples: list[Sample]) -> Dataset:
    return session.get_one(Dataset, samples[0].dataset_id)


def held(session: Session, batch: Batch) -> set[int]:
    return set(session.scalars(select(Slot.sample_id).where(Slot.batch_id == batch.id)))


def test_a_batch_holds_what_was_asked_for(
    session: Session, dataset: Dataset, samples: list[Sample], lead: User
) -> None:
    hearts = batches.create(session, dataset, lead, name="Cardiology", words="hearts", most=2)
    rest = batches.create(session, dataset, lead, name="Rest", corpus_id=samples[0].corpus_id)

    assert held(session, hearts) == {samples[0].id, samples[2].id}
    assert held(session, rest) == {samples[n].id for n in (1, 3, 4, 5)}
    assert session.scalar(select(func.count()).where(Slot.batch_id == hearts.id)) == 4


def test_the_batch_that_is_due_first_comes_first(
    session: Session, dataset: Dataset, samples: list[Sample], lead: User
) -> None:
    batches.create(session, dataset, lead, name="Later", words="hearts", due_on=date(2031, 2, 1), most=1)
    batches.create(session, dataset, lead, name="Soon", words="lungs", due_on=date(2031, 1, 1), most=2)

    expected = [samples[n].id for n in (1, 3, 0, 2, 4, 5)]
    assert taken(session, dataset, member(session, dataset)) == expected


def test_a_batch_for_a_group_goes_to_its_members(
    session: Session, dataset: Dataset, samples: list[Sample], lead: User
) -> None:
    batches.create(session, dataset, lead, name="Hearts", words="hearts", for_group=" Heart  team ")
    theirs, other = member(session, dataset, groups=["heart team"]), member(session, dataset)

    wanted = batches.for_expert(session, dataset, theirs)
    assert wanted is not None
    assert wanted.name == "Hearts"
    assert batches.for_expert(session, dataset, other) is None
    assert taken(session, dataset, other) == [samples[n].id for n in (1, 3, 5)]


def test_experts_hear_what_is_left_for_them(
    session: Session, dataset: Dataset, samples: list[Sample], lead: User
) -> None:
    batches.create(session, dataset, lead, name="Hearts", words="hearts", due_on=date(2031, 1, 3))
    one, other = member(session, dataset), member(session, dataset)
    answer(session, dataset, one)

    assert batches.for_expert(session, dataset, one) == batches.Wanted("Hearts", date(2031, 1, 3), 2, 3)
    assert batches.for_expert(session, dataset, other) == batches.Wanted("Hearts", date(2031, 1, 3), 3, 3)
    answer(session, dataset, other)
    (line,) = batches.listed(session, dataset)
    assert (line.samples, line.decided) == (3, 1)


def test_dissolving_puts_samples_back(session: Session, dataset: Dataset, samples: list[Sample], lead: User) -> None:
    batch = batches.create(session, dataset, lead, name="Lungs", words="lungs", for_group="board")
    batches.remove(session, dataset, batch.id)

    assert taken(session, dataset, member(session, dataset)) == [sample.id for sample in samples]
    assert batches.listed(session, dataset) == []


def test_what_cannot_be_made_is_refused(session: Session, dataset: Dataset, lead: User) -> None:
    batches.create(session, dataset, lead, name="One", most=1)
    with pytest.raises(Conflict):
        batches.create(session, dataset, lead, name="One")
    with pytest.raises(Invalid):
        batches.create(session, dataset, lead, name="Two", words="no such words")
