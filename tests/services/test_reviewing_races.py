"""Experts at the same moment, with real transactions: exactly one answer counts for each place, and none is lost."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import func, select, text

from app import db
from app.models import Dataset, Decision, Review, Revision, Sample, SampleState, Slot, SlotState, User
from app.services import reviewing
from tests import factories

pytestmark = pytest.mark.usefixtures("database")

RACES = 100


def prepare(samples: int, experts: int, reviews_per_sample: int = 1) -> tuple[int, list[int]]:
    with db.transaction() as session:
        dataset = factories.make_dataset(session, reviews_per_sample=reviews_per_sample)
        factories.make_samples(session, factories.make_corpus(session, dataset), samples, state=SampleState.QUEUED)
        reviewing.open_slots(session, dataset, select(Sample.id))
        return dataset.id, [factories.make_user(session).id for _ in range(experts)]


def together(*calls: Callable[[], object]) -> list[object]:
    """Run calls in threads that start at the same moment."""
    barrier = Barrier(len(calls))

    def start(call: Callable[[], object]) -> object:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(start, call) for call in calls]]


def press(dataset_id: int, expert_id: int, slot_id: int, decision: Decision, key: str, words: str = "") -> bool:
    with db.transaction() as session:
        outcome = reviewing.submit(
            session,
            session.get_one(Dataset, dataset_id),
            session.get_one(User, expert_id),
            slot_id,
            decision,
            idempotency_key=key,
            reason="wrong",
            edits={1: words} if words else None,
        )
        return outcome.review.counted


def test_two_experts_on_one_sample_make_one_decision_a_hundred_times() -> None:
    dataset_id, (ann, bob) = prepare(RACES, 2)
    with db.transaction() as session:
        slots = session.scalars(select(Slot.id).order_by(Slot.id)).all()

    for slot in slots:  # free places: both experts' leases have run out
        counted = together(
            partial(press, dataset_id, ann, slot, Decision.APPROVE, f"ann {slot}", f"Ann's words on {slot}."),
            partial(press, dataset_id, bob, slot, Decision.REJECT, f"bob {slot}", f"Bob's words on {slot}."),
        )
        assert sorted(map(bool, counted)) == [False, True]

    with db.transaction() as session:
        winners = dict(session.execute(select(Review.sample_id, Review.decision).where(Review.counted)).all())
        states = dict(session.execute(select(Sample.id, Sample.state)).all())
        assert states == {
            sample: SampleState.APPROVED if decision is Decision.APPROVE else SampleState.REJECTED
            for sample, decision in winners.items()
        }
        assert session.scalar(select(func.count(Review.id))) == 2 * RACES
        assert session.scalar(select(func.count(Revision.id))) == 2 * RACES


def test_one_press_sent_five_times_at_once_is_one_answer() -> None:
    dataset_id, (expert,) = prepare(20, 1)
    with db.transaction() as session:
        slots = session.scalars(select(Slot.id)).all()

    for slot in slots:
        assert all(together(*[partial(press, dataset_id, expert, slot, Decision.APPROVE, f"press {slot}")] * 5))

    with db.transaction() as session:
        assert session.scalar(select(func.count(Review.id))) == len(slots)


def test_six_experts_share_a_queue_without_meeting() -> None:
    dataset_id, experts = prepare(60, 6, reviews_per_sample=2)

    def work(expert_id: int) -> int:
        done = 0
        while True:
            with db.transaction() as session:
                dataset, expert = session.get_one(Dataset, dataset_id), session.get_one(User, expert_id)
                slots = reviewing.next_slots(session, dataset, expert)
            if not slots:
                return done
            assert press(dataset_id, expert_id, slots[0].id, Decision.APPROVE, f"{expert_id} {slots[0].id}")
            done += 1

    together(*[partial(work, expert) for expert in experts])

    with db.transaction() as session:
        assert set(session.scalars(select(Slot.state))) <= {SlotState.DONE, SlotState.LEASED}
        pairs = Counter(session.execute(select(Review.sample_id, Review.expert_id)).all())
        assert max(pairs.values()) == 1
        # What is still leased is the second of two that an expert held when the last was answered by somebody else.
        assert session.scalar(select(func.count(Review.id))) == session.scalar(
            select(func.count(Slot.id)).where(Slot.state == SlotState.DONE)
        )


def test_two_tabs_of_one_expert_hold_one_place_of_a_sample() -> None:
    dataset_id, (expert_id,) = prepare(30, 1, reviews_per_sample=2)

    def open_tab() -> list[int]:
        with db.transaction() as session:
            dataset, expert = session.get_one(Dataset, dataset_id), session.get_one(User, expert_id)
            return [slot.id for slot in reviewing.next_slots(session, dataset, expert)]

    for _ in range(10):
        first, second = together(open_tab, open_tab)
        assert first == second
        with db.transaction() as session:
            session.execute(text("UPDATE slots SET state = 'open', expert_id = NULL WHERE state = 'leased'"))


def test_undo_and_a_run_that_drops_do_not_block_each_other() -> None:
    dataset_id, (expert_id,) = prepare(20, 1)
    with db.transaction() as session:
        slots = session.scalars(select(Slot.id).order_by(Slot.id)).all()
    for slot in slots:
        press(dataset_id, expert_id, slot, Decision.APPROVE, f"press {slot}")

    def undo() -> None:
        for _ in slots:
            with db.transaction() as session:
                reviewing.undo(session, session.get_one(Dataset, dataset_id), session.get_one(User, expert_id))

    def drop() -> None:
        for _ in range(10):
            with db.transaction() as session:
                session.execute(text("UPDATE samples SET state = 'dropped' WHERE state = 'queued'"))
                reviewing.close_slots(session, session.get_one(Dataset, dataset_id))

    together(undo, drop)

    drop()
    with db.transaction() as session:
        assert set(session.scalars(select(Sample.state))) == {SampleState.DROPPED}
        assert set(session.scalars(select(Slot.state))) == {SlotState.CLOSED}
        assert session.scalar(select(func.count(Review.id)).where(Review.undone_at.is_not(None))) == len(slots)


def test_nobody_waits_for_a_colleague_who_is_just_claiming() -> None:
    dataset_id, (ann, bob) = prepare(4, 2)
    with db.transaction() as first:
        held = reviewing.next_slots(first, first.get_one(Dataset, dataset_id), first.get_one(User, ann), 2)
        with db.transaction() as second:
            second.execute(text("SET LOCAL lock_timeout = '200ms'"))
            free = reviewing.next_slots(second, second.get_one(Dataset, dataset_id), second.get_one(User, bob), 2)
            assert len(free) == 2
            assert not {slot.id for slot in held} & {slot.id for slot in free}
