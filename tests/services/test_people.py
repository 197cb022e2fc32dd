"""Members and their roles."""

import pytest
from sqlalchemy.orm import Session

from app.models import Dataset, Membership, Role, SlotState
from app.services import people
from app.services.errors import Conflict, NotFound
from tests.factories import join, make_corpus, make_dataset, make_review, make_samples, make_slot, make_user


def test_a_role_can_be_changed(session: Session, dataset: Dataset) -> None:
    bob = make_user(session)
    join(session, dataset, bob)
    people.change_role(session, dataset, bob.id, Role.LEAD)
    assert session.get_one(Membership, (dataset.id, bob.id)).role is Role.LEAD


def test_the_last_admin_stays(session: Session, dataset: Dataset) -> None:
    dora, bob = make_user(session), make_user(session)
    join(session, dataset, dora, Role.ADMIN)
    join(session, dataset, bob)
    with pytest.raises(Conflict):
        people.change_role(session, dataset, dora.id, Role.LEAD)
    with pytest.raises(Conflict):
        people.remove(session, dataset, dora.id)
    people.change_role(session, dataset, bob.id, Role.ADMIN)
    people.remove(session, dataset, dora.id)
    assert [user for user, _ in people.members(session, dataset)] == [bob]


def test_removing_gives_back_what_the_person_held_and_keeps_their_answers(session: Session, dataset: Dataset) -> None:
    bob = make_user(session)
    join(session, dataset, bob)
    held, answered = make_samples(session, make_corpus(session, dataset), 2)
    slot = make_slot(session, held, state=SlotState.LEASED, expert=bob)
    review = make_review(session, answered, bob)
    people.remove(session, dataset, bob.id)
    session.refresh(slot)
    session.refresh(review)
    assert (slot.state, slot.expert_id, slot.leased_until) == (SlotState.OPEN, None, None)
    assert review.expert_id == bob.id


def test_another_datasets_member_is_out_of_reach(session: Session, dataset: Dataset) -> None:
    bob, elsewhere = make_user(session), make_dataset(session)
    join(session, elsewhere, bob)
    with pytest.raises(NotFound):
        people.remove(session, dataset, bob.id)
