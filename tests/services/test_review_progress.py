"""What the lead sees: numbers that add up, time without idling, and a queue whose every fault is counted."""

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.models import Dataset, Decision, Review, Sample, SampleState, Slot, SlotState, User
from app.services import (
    declaring,
    freeing,
    passing_on,
    queue_health,
    queue_order,
    review_plan,
    review_progress,
    reviewing,
)
from app.services.errors import Invalid
from tests import factories
from tests.services.test_lanes import member, taken, waiting
from tests.services.test_reviewing import answer


@pytest.fixture
def bob(session: Session, dataset: Dataset) -> User:
    return member(session, dataset)


def age(session: Session, review: Review, seconds: float) -> None:
    moment = func.now() - func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    session.execute(update(Review).where(Review.id == review.id).values(created_at=moment))


def test_parts_add_up(session: Session, dataset: Dataset, bob: User) -> None:
    waiting(session, dataset, 3, name="First")
    waiting(session, dataset, 2, name="Second")
    for decision in (Decision.APPROVE, Decision.REJECT, Decision.FLAG, Decision.APPROVE):
        answer(session, dataset, bob, decision, reason="wrong", comment="?")
    found = review_progress.of(session, dataset)

    assert [(one.name, one.kept, one.decided, one.waiting) for one in found.corpora] == [
        ("First", 3, 3, 0), ("Second", 2, 1, 1),
    ]  # fmt: skip
    assert (found.whole.approved, found.whole.rejected, found.whole.flagged) == (2, 1, 1)
    assert found.days[-1] == found.whole.decided == 4
    assert found.whole.forecast.expected == 1


def test_labels_come_from_the_records(session: Session, dataset: Dataset, bob: User) -> None:
    samples = waiting(session, dataset, 3)
    for sample, topic in zip(samples, ("hearts", "hearts", "lungs"), strict=True):
        sample.meta = {"topic": topic}
    review_plan.save(session, dataset, label_field="topic")
    answer(session, dataset, bob)

    labels = review_progress.of(session, dataset).labels
    assert [(one.name, one.kept, one.decided) for one in labels] == [("hearts", 2, 1), ("lungs", 1, 0)]


def test_active_time_leaves_out_idling_and_hidden_time(session: Session, dataset: Dataset, bob: User) -> None:
    waiting(session, dataset, 5)
    times = [(5_000, 20), (4_900, 4_000), (1_000, None), (950, None), (940, 60)]
    for ago, seconds in times:
        age(session, answer(session, dataset, bob, seconds=seconds).review, ago)
    review_plan.save(session, dataset, pace_minutes_idle=2, hourly_cost=90)
    found = review_progress.of(session, dataset)

    # 20 in sight; 4,000 in sight but 100 since the last; unmeasured, 3,900 since, so the limit; 50 since; 10 since
    assert found.minutes == pytest.approx((20 + 100 + 120 + 50 + 10) / 60)
    assert found.cost_per_approved == pytest.approx(300 / 3_600 * 90 / 5)


def test_what_was_overturned_is_counted(session: Session, dataset: Dataset, bob: User) -> None:
    samples = waiting(session, dataset, 3)
    for _ in samples:
        answer(session, dataset, bob)
    reviewing.undo(session, dataset, bob)
    samples[0].state = SampleState.REJECTED
    session.flush()
    (line,) = review_progress.of(session, dataset).experts

    assert (line.answers, line.undone, line.overturned) == (2, 1, 1)


def test_a_sound_queue_has_no_faults(session: Session, dataset: Dataset, bob: User) -> None:
    waiting(session, dataset, 3)
    answer(session, dataset, bob)
    reviewing.next_slots(session, dataset, bob, 1)
    found = queue_health.of(session, dataset)

    assert found.is_sound
    assert (found.free, found.in_hand) == (1, 1)


def test_each_fault_of_a_queue_is_counted(session: Session, dataset: Dataset, bob: User) -> None:
    samples = waiting(session, dataset, 4)
    factories.make_slot(session, samples[0], 2)
    session.execute(update(Slot).where(Slot.sample_id == samples[1].id).values(state=SlotState.CLOSED))
    session.execute(
        text("UPDATE slots SET state = 'leased', leased_until = now() - interval '1 hour' WHERE sample_id = :s"),
        {"s": samples[2].id},
    )
    for number in (5, 6):
        factories.make_review(session, samples[3], bob, number=number)
    found = queue_health.of(session, dataset)

    assert (found.surplus, found.missing, found.stranded, found.doubled) == (2, 1, 1, 1)
    assert not found.is_sound


def test_samples_that_nobody_may_take_are_counted(session: Session, dataset: Dataset) -> None:
    waiting(session, dataset, 2, field="surgery")
    waiting(session, dataset, 1, field="cardiology")
    expert = member(session, dataset, fields=["cardiology"])
    queue_order.arrange(session, dataset)
    assert queue_health.of(session, dataset).untakeable == 2
    assert [lane.field for lane in queue_health.of(session, dataset).unserved] == ["surgery"]

    answer(session, dataset, expert, Decision.SKIP)
    assert queue_health.of(session, dataset).untakeable == 3
    member(session, dataset)
    assert queue_health.of(session, dataset).untakeable == 0


def test_what_several_passed_on_is_shown_to_the_lead_and_sent_on(session: Session, dataset: Dataset) -> None:
    (sample,) = waiting(session, dataset, field="cardiology")
    queue_order.arrange(session, dataset)
    lead = factories.make_user(session)
    for number in range(2):
        assert len(passing_on.waiting(session, dataset)) == 0
        answer(session, dataset, member(session, dataset), Decision.SKIP, reason="field")
        assert number < 2
    (passed,) = passing_on.waiting(session, dataset)
    assert (passed.sample_id, passed.people, passed.field) == (sample.id, 2, "cardiology")

    passing_on.give(session, dataset, lead, sample.id, "  Surgery ")

    assert passing_on.waiting(session, dataset) == []
    assert taken(session, dataset, member(session, dataset, fields=["surgery"])) == [sample.id]
    assert taken(session, dataset, member(session, dataset, fields=["cardiology"])) == []
    with pytest.raises(Invalid):
        passing_on.give(session, dataset, lead, sample.id, " ")


def test_declaring_puts_old_places_into_lanes(session: Session, dataset: Dataset, bob: User) -> None:
    (sample,) = waiting(session, dataset, field="cardiology")
    declaring.declare(session, dataset.id, bob.id, languages="EN, de", fields="Surgery,, tax  law", groups="Board")

    (found,) = [one for _, one in declaring.of_person(session, bob)]
    assert (found.languages, found.fields, found.groups) == (["en", "de"], ["surgery", "tax law"], ["board"])
    assert taken(session, dataset, bob) == []
    declaring.declare(session, dataset.id, bob.id, languages="", fields="")
    assert taken(session, dataset, bob) == [sample.id]
    assert found.groups == ["board"]
    with pytest.raises(Invalid):
        declaring.declare(session, dataset.id, bob.id, languages="klingon", fields="")


def test_the_plan_s_order_is_the_queue_s(session: Session, dataset: Dataset, bob: User) -> None:
    first, second = (waiting(session, dataset, 3) for _ in range(2))
    samples = session.scalars(select(Sample.id).order_by(Sample.id)).all()
    answer(session, dataset, bob)
    freeing.free_all_of(session, dataset, bob.id)

    def order(**plan: object) -> list[int]:
        review_plan.save(session, dataset, **plan)
        queue_order.arrange(session, dataset)
        return taken(session, dataset, member(session, dataset))

    assert order(order="corpus") == list(samples[1:])
    assert order(order="coverage_gap")[0] == second[0].id
    shuffled = order(order="random", seed=4)
    assert sorted(shuffled) == list(samples[1:])
    assert shuffled != list(samples[1:])
    assert order(order="random", seed=4) == shuffled
    assert len(first) == 3


def test_disagreement_so_far_comes_first(session: Session) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=3)
    samples = waiting(session, dataset, 3)
    for decision in (Decision.APPROVE, Decision.REJECT):
        expert = member(session, dataset)
        answer(session, dataset, expert)
        answer(session, dataset, expert, decision, reason="wrong")
    review_plan.save(session, dataset, order="uncertainty")
    queue_order.arrange(session, dataset)

    assert taken(session, dataset, member(session, dataset)) == [samples[1].id, samples[0].id, samples[2].id]
