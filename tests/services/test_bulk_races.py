"""A decision on many samples against experts at work, with real transactions: never two answers, never a lost one."""

from functools import partial

import pytest
from sqlalchemy import func, select

from app import db
from app.models import BulkAction, Dataset, Decision, Review, Sample, SampleState, Slot, SlotPurpose, SlotState, User
from app.services import acceptance, bulk, bulk_undo, reviewing
from app.services.errors import Conflict
from app.services.strata import Stratum
from tests.services.standing import fingerprint
from tests.services.test_reviewing_races import prepare, press, together

pytestmark = pytest.mark.usefixtures("database")


def decide(dataset_id: int, person_id: int, key: str, audits: int = 0) -> int:
    """How many were decided; 0 where others had them all."""
    with db.transaction() as session:
        try:
            made = bulk.decide(
                session,
                session.get_one(Dataset, dataset_id),
                session.get_one(User, person_id),
                Stratum(),
                Decision.APPROVE,
                idempotency_key=key,
                audits=audits,
            )
        except Conflict:
            session.rollback()
            return 0
        return made.count


def work(dataset_id: int, person_id: int) -> int:
    """Review until the desk is empty."""
    done = 0
    while True:
        with db.transaction() as session:
            dataset, person = session.get_one(Dataset, dataset_id), session.get_one(User, person_id)
            slots = reviewing.next_slots(session, dataset, person, 1)
        if not slots:
            return done
        done += press(dataset_id, person_id, slots[0].id, Decision.REJECT, f"{person_id} {slots[0].id} {done}")


def check(reviews_per_sample: int) -> None:
    """Every place that is done has one answer that counts; no person has two on one sample; settled as they say."""
    with db.transaction() as session:
        standing = select(Review).where(Review.counted, Review.undone_at.is_(None)).subquery()
        assert session.scalar(select(func.count()).select_from(standing)) == session.scalar(
            select(func.count()).where(Slot.state == SlotState.DONE)
        )
        twice = select(standing.c.sample_id).group_by(standing.c.sample_id, standing.c.expert_id)
        assert session.execute(twice.having(func.count() > 1)).all() == []
        per_sample = select(Review.sample_id, func.count()).where(Review.counted, Review.undone_at.is_(None))
        answers = dict(session.execute(per_sample.group_by(Review.sample_id)).all())
        for sample in session.scalars(select(Sample)):
            assert (answers.get(sample.id, 0) == reviews_per_sample) == (sample.state is not SampleState.QUEUED)


@pytest.mark.parametrize("reviews_per_sample", [pytest.param(1, marks=pytest.mark.thorough), 2])
def test_a_bulk_action_and_experts_at_work_do_not_cross(reviews_per_sample: int) -> None:
    dataset_id, (lead, ann, bob) = prepare(300, 3, reviews_per_sample)
    decided, *_ = together(
        partial(decide, dataset_id, lead, "bulk one"), partial(work, dataset_id, ann), partial(work, dataset_id, bob)
    )
    assert decided
    check(reviews_per_sample)
    with db.transaction() as session:
        action = session.scalars(select(BulkAction)).one()
        assert action.count == decided
        assert session.scalar(select(func.count()).where(Review.expert_id == lead)) == decided


def test_the_same_press_in_two_threads_is_one_action() -> None:
    dataset_id, (lead,) = prepare(200, 1)
    assert together(*[partial(decide, dataset_id, lead, "bulk one")] * 3) == [200, 200, 200]
    check(1)


def test_two_leads_share_the_samples() -> None:
    dataset_id, (lena, alice) = prepare(400, 2)
    counts = together(partial(decide, dataset_id, lena, "lena one"), partial(decide, dataset_id, alice, "alice one"))
    # What one of them had locked, the other left; nobody waited, and nothing was decided twice.
    assert 0 < sum(map(int, counts)) <= 400
    check(1)


def test_undo_against_experts_at_work_on_audits() -> None:
    dataset_id, (lead, ann) = prepare(200, 2)
    with db.transaction() as session:
        before = fingerprint(session)
    decide(dataset_id, lead, "bulk one", audits=50)

    def undo() -> None:
        with db.transaction() as session:
            action = session.scalars(select(BulkAction)).one()
            bulk_undo.undo(session, session.get_one(Dataset, dataset_id), action.id, session.get_one(User, lead))

    together(undo, partial(audit_once, dataset_id, ann))
    with db.transaction() as session:
        assert fingerprint(session)[0] == before[0]
        reviews = set(session.scalars(select(Slot.state).where(Slot.purpose == SlotPurpose.REVIEW)))
        # Ann's desk may have reserved the first of those that were given back.
        assert reviews <= {SlotState.OPEN, SlotState.LEASED}


def audit_once(dataset_id: int, person_id: int) -> None:
    with db.transaction() as session:
        dataset, person = session.get_one(Dataset, dataset_id), session.get_one(User, person_id)
        slots = reviewing.next_slots(session, dataset, person, 1)
    if slots and slots[0].purpose is SlotPurpose.AUDIT:
        press(dataset_id, person_id, slots[0].id, Decision.REJECT, f"audit {slots[0].id}")


def test_experts_who_are_just_reserving_and_a_stratum_that_is_frozen_do_not_meet() -> None:
    dataset_id, (lead, ann, bob) = prepare(300, 3)

    def freeze() -> int:
        with db.transaction() as session:
            one = acceptance.start(
                session,
                session.get_one(Dataset, dataset_id),
                session.get_one(User, lead),
                Stratum(),
                name="All",
                tolerable=0.2,
                confidence=0.9,
            )
            return one.population

    def reserve(person_id: int) -> None:
        for _ in range(20):
            with db.transaction() as session:
                dataset, person = session.get_one(Dataset, dataset_id), session.get_one(User, person_id)
                slots = reviewing.next_slots(session, dataset, person, 1)
            if slots and slots[0].purpose is SlotPurpose.REVIEW:
                press(dataset_id, person_id, slots[0].id, Decision.APPROVE, f"{person_id} {slots[0].id}")

    population, *_ = together(freeze, partial(reserve, ann), partial(reserve, bob))
    with db.transaction() as session:
        touched = session.scalar(
            select(func.count(Slot.id)).where(Slot.purpose == SlotPurpose.REVIEW, Slot.state != SlotState.CLOSED)
        )
        assert population == 300 - (touched or 0)
        assert session.scalar(select(func.count(Review.id)).where(~Review.counted)) == 0
