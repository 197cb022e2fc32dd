"""Who sees which dataset, and what waits there for them."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.models import Dataset, DatasetForm, Decision, Purpose, Role, SampleState, Slot, SlotState
from app.services import datasets
from app.services.errors import Conflict
from tests.factories import join, make_corpus, make_dataset, make_review, make_samples, make_slot, make_user


def test_people_see_their_own_and_administrators_all(session: Session, dataset: Dataset) -> None:
    other = make_dataset(session, "Another")
    bob, alice = make_user(session), make_user(session, is_admin=True)
    join(session, dataset, bob)
    assert [row[0] for row in datasets.listed(session, bob)] == [dataset]
    assert [row[0] for row in datasets.listed(session, alice)] == [other, dataset]
    assert datasets.role_of(session, other.id, bob) is None
    assert datasets.role_of(session, other.id, alice) is Role.ADMIN


def test_what_waits_is_what_the_desk_would_give(session: Session, dataset: Dataset) -> None:
    bob, lena = make_user(session), make_user(session)
    join(session, dataset, bob)
    free, mine, theirs, lapsed, answered, skipped, twice = make_samples(session, make_corpus(session, dataset), 7)
    make_slot(session, free)
    make_slot(session, mine, state=SlotState.LEASED, expert=bob)
    make_slot(session, theirs, state=SlotState.LEASED, expert=lena)
    old = make_slot(session, lapsed, state=SlotState.LEASED, expert=lena)
    session.execute(text("UPDATE slots SET leased_until = now() - interval '1 minute' WHERE id = :id"), {"id": old.id})
    make_review(session, answered, bob)
    make_slot(session, answered, 2)
    make_review(session, skipped, bob, Decision.SKIP)
    make_slot(session, skipped, 2)
    make_slot(session, twice, 1)
    make_slot(session, twice, 2)
    [(_, role, waiting)] = datasets.listed(session, bob)
    assert role is Role.EXPERT
    assert waiting == 4  # free, mine, lapsed, twice


def test_names_are_unique(session: Session, dataset: Dataset) -> None:
    with pytest.raises(Conflict):
        datasets.create(session, make_user(session), name=dataset.name, purpose=Purpose.TASK, form=DatasetForm.CHAT)
    other = make_dataset(session, "Another")
    with pytest.raises(Conflict):
        datasets.change(session, other, name=dataset.name)


def test_the_maker_is_the_admin(session: Session) -> None:
    user = make_user(session)
    dataset = datasets.create(session, user, name="New", purpose=Purpose.TASK, form=DatasetForm.CHAT)
    assert datasets.role_of(session, dataset.id, user) is Role.ADMIN


def test_more_reviews_are_asked_of_samples_that_wait(session: Session, dataset: Dataset) -> None:
    corpus = make_corpus(session, dataset)
    [waiting] = make_samples(session, corpus, 1, state=SampleState.QUEUED)
    [done] = make_samples(session, corpus, 1, state=SampleState.APPROVED)
    make_slot(session, waiting)
    datasets.change(session, dataset, reviews_per_sample=3)
    numbers = select(Slot.number).order_by(Slot.number)
    assert session.scalars(numbers.where(Slot.sample_id == waiting.id)).all() == [1, 2, 3]
    assert not session.scalars(numbers.where(Slot.sample_id == done.id)).all()
