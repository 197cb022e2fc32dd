"""Answers: what they decide, what they keep, and taking them back."""

from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.models import Dataset, Decision, Guideline, Review, Revision, Sample, SampleState, Slot, SlotState, User
from app.services import reviewing
from app.services.errors import Conflict, Invalid, NotFound
from tests import factories

_keys = count(1)


@pytest.fixture
def expert(session: Session, dataset: Dataset) -> User:
    return factories.make_user(session, "Bob")


@pytest.fixture
def colleague(session: Session, dataset: Dataset) -> User:
    return factories.make_user(session, "Ann")


@pytest.fixture
def samples(session: Session, dataset: Dataset) -> list[Sample]:
    made = factories.make_samples(session, factories.make_corpus(session, dataset), 4, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


def answer(
    session: Session,
    dataset: Dataset,
    expert: User,
    decision: Decision = Decision.APPROVE,
    slot: Slot | None = None,
    **options: Any,
) -> reviewing.Outcome:
    place = slot or reviewing.next_slots(session, dataset, expert)[0]
    options.setdefault("idempotency_key", f"press-{next(_keys)}")
    return reviewing.submit(session, dataset, expert, place.id, decision, **options)


def expire(session: Session, *slots: Slot) -> None:
    session.execute(
        update(Slot)
        .where(Slot.id.in_([slot.id for slot in slots]))
        .values(leased_until=func.now() - func.make_interval(0, 0, 0, 0, 1))
    )
    session.expire_all()


@pytest.mark.parametrize(
    ("decision", "options", "state"),
    [
        (Decision.APPROVE, {}, SampleState.APPROVED),
        (Decision.REJECT, {"reason": "harmful"}, SampleState.REJECTED),
        (Decision.FLAG, {"comment": "Is this dose for children?"}, SampleState.FLAGGED),
    ],
)
def test_one_answer_decides(
    session: Session,
    dataset: Dataset,
    expert: User,
    samples: list[Sample],
    decision: Decision,
    options: dict[str, Any],
    state: SampleState,
) -> None:
    outcome = answer(session, dataset, expert, decision, **options)

    assert outcome.review.counted
    assert outcome.review.created_at is not None
    assert (samples[0].state, samples[0].decided_at is not None) == (state, True)
    assert [sample.state for sample in samples[1:]] == [SampleState.QUEUED] * 3


def test_answer_is_pinned_to_the_guidelines_of_its_day(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    for version in (1, 2):
        session.add(Guideline(dataset_id=dataset.id, version=version, text="Be kind."))
    session.flush()

    review = answer(session, dataset, expert).review

    assert review.guideline_id is not None
    assert session.get_one(Guideline, review.guideline_id).version == 2


@pytest.mark.parametrize(
    ("decision", "options", "field"),
    [
        (Decision.REJECT, {}, "reason"),
        (Decision.REJECT, {"reason": "no such reason"}, "reason"),
        (Decision.REJECT, {"reason": "other", "comment": "  "}, "comment"),
        (Decision.FLAG, {"comment": " \n "}, "comment"),
    ],
)
def test_answer_without_its_why_is_refused(
    session: Session,
    dataset: Dataset,
    expert: User,
    samples: list[Sample],
    decision: Decision,
    options: dict[str, Any],
    field: str,
) -> None:
    with pytest.raises(Invalid) as refusal:
        answer(session, dataset, expert, decision, **options)

    assert refusal.value.field == field
    assert session.scalar(select(func.count(Review.id))) == 0


def test_edit_is_a_revision_beside_the_original(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    original = dict(samples[0].content)

    answer(session, dataset, expert, edits={0: original["prompt"], 1: "Wash your hands twice.\r\nThen rest."})

    revision = session.scalars(select(Revision)).one()
    assert samples[0].content == original
    assert samples[0].revision_id == revision.id
    assert revision.content == {**original, "response": "Wash your hands twice.\nThen rest."}
    assert revision.author_id == expert.id


def test_edit_that_changes_nothing_is_no_revision(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    answer(session, dataset, expert, edits={0: samples[0].content["prompt"], 1: samples[0].content["response"]})

    assert session.scalar(select(func.count(Revision.id))) == 0
    assert samples[0].revision_id is None


def test_repeated_press_returns_the_stored_answer(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    slot = reviewing.next_slots(session, dataset, expert)[0]

    outcomes = [answer(session, dataset, expert, slot=slot, idempotency_key="the same press") for _ in range(5)]

    assert {outcome.review.id for outcome in outcomes} == {outcomes[0].review.id}
    assert [outcome.is_repeat for outcome in outcomes] == [False, True, True, True, True]
    assert session.scalar(select(func.count(Review.id))) == 1


def test_key_of_another_sample_is_refused(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    first, second = reviewing.next_slots(session, dataset, expert)
    answer(session, dataset, expert, slot=first, idempotency_key="the same press")

    with pytest.raises(Invalid):
        answer(session, dataset, expert, slot=second, idempotency_key="the same press")


def test_skipped_sample_goes_to_others(
    session: Session, dataset: Dataset, expert: User, colleague: User, samples: list[Sample]
) -> None:
    answer(session, dataset, expert, Decision.SKIP)

    assert samples[0].state is SampleState.QUEUED
    assert samples[0].id not in {slot.sample_id for slot in reviewing.next_slots(session, dataset, expert, 4)}
    answer(session, dataset, expert)
    session.execute(update(Slot).where(Slot.state == SlotState.LEASED).values(state=SlotState.OPEN, expert_id=None))
    assert reviewing.next_slots(session, dataset, colleague)[0].sample_id == samples[0].id


def test_answer_after_the_lease_counts_while_nobody_took_the_sample(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    slot = reviewing.next_slots(session, dataset, expert)[0]
    expire(session, slot)

    assert answer(session, dataset, expert, slot=slot).review.counted


def test_late_answer_is_kept_beside_the_one_that_stands(
    session: Session, dataset: Dataset, expert: User, colleague: User, samples: list[Sample]
) -> None:
    slot = reviewing.next_slots(session, dataset, expert, 1)[0]
    expire(session, slot)
    answer(session, dataset, colleague, Decision.REJECT, reason="wrong")

    late = answer(session, dataset, expert, slot=slot, edits={1: "My careful words."}).review

    assert not late.counted
    assert late.revision_id is not None
    assert session.get_one(Revision, late.revision_id).content["response"] == "My careful words."
    assert (samples[0].state, samples[0].revision_id) == (SampleState.REJECTED, None)


def test_lease_of_a_colleague_is_respected(
    session: Session, dataset: Dataset, expert: User, colleague: User, samples: list[Sample]
) -> None:
    slot = reviewing.next_slots(session, dataset, expert, 1)[0]
    expire(session, slot)
    assert reviewing.next_slots(session, dataset, colleague, 1)[0].id == slot.id

    assert not answer(session, dataset, expert, slot=slot).review.counted
    assert answer(session, dataset, colleague, slot=slot).review.counted


def test_nobody_fills_two_places_of_a_sample(session: Session, expert: User) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    sample = factories.make_samples(session, factories.make_corpus(session, dataset), state=SampleState.QUEUED)[0]
    reviewing.open_slots(session, dataset, select(Sample.id))
    first, second = session.scalars(select(Slot).where(Slot.sample_id == sample.id).order_by(Slot.number)).all()

    assert answer(session, dataset, expert, slot=first).review.counted
    assert not answer(session, dataset, expert, slot=second).review.counted
    assert sample.state is SampleState.QUEUED


def test_unknown_place_is_not_found(session: Session, dataset: Dataset, expert: User) -> None:
    other = factories.make_samples(
        session, factories.make_corpus(session, factories.make_dataset(session)), state=SampleState.QUEUED
    )[0]
    foreign = factories.make_slot(session, other)

    with pytest.raises(NotFound):
        answer(session, dataset, expert, slot=foreign)


def two(
    session: Session, dataset: Dataset, experts: list[User], decisions: list[tuple[Decision, dict[str, Any]]]
) -> Sample:
    sample = factories.make_samples(session, factories.make_corpus(session, dataset), state=SampleState.QUEUED)[0]
    reviewing.open_slots(session, dataset, select(Sample.id))
    for expert, (decision, options) in zip(experts, decisions, strict=True):
        assert sample.state is SampleState.QUEUED
        assert answer(session, dataset, expert, decision, **options).review.counted
    return sample


APPROVE: tuple[Decision, dict[str, Any]] = (Decision.APPROVE, {})
EDITED = (Decision.APPROVE, {"edits": {1: "Other words."}})
REJECT, FLAG = (Decision.REJECT, {"reason": "wrong"}), (Decision.FLAG, {"comment": "Sure?"})


@pytest.mark.parametrize(
    ("decisions", "state"),
    [
        ([APPROVE, APPROVE], SampleState.APPROVED),
        ([EDITED, EDITED], SampleState.APPROVED),
        ([REJECT, (Decision.REJECT, {"reason": "harmful"})], SampleState.REJECTED),
        ([FLAG, FLAG], SampleState.FLAGGED),
        ([APPROVE, REJECT], SampleState.FLAGGED),
        ([APPROVE, FLAG], SampleState.FLAGGED),
        ([APPROVE, EDITED], SampleState.FLAGGED),
        ([EDITED, (Decision.APPROVE, {"edits": {1: "Still other words."}})], SampleState.FLAGGED),
    ],
)
def test_two_experts_must_agree(
    session: Session, expert: User, colleague: User, decisions: list[Any], state: SampleState
) -> None:
    sample = two(session, factories.make_dataset(session, reviews_per_sample=2), [expert, colleague], decisions)

    assert sample.state is state
    assert (sample.revision_id is not None) == (decisions == [EDITED, EDITED])


def test_undo_with_two_experts_reopens_only_ones_own(session: Session, expert: User, colleague: User) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    sample = two(session, dataset, [expert, colleague], [APPROVE, REJECT])

    back = reviewing.undo(session, dataset, expert)

    assert back.slot is not None
    assert (sample.state, sample.decided_at) == (SampleState.QUEUED, None)
    answer(session, dataset, expert, Decision.REJECT, reason="wrong")
    assert sample.state is SampleState.REJECTED


def test_undo_reaches_back_through_all_answers(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    answer(session, dataset, expert, edits={1: "Better words."})
    answer(session, dataset, expert, Decision.SKIP)
    answer(session, dataset, expert, Decision.REJECT, reason="wrong")

    back = [reviewing.undo(session, dataset, expert) for _ in range(3)]

    assert [taken.slot.sample_id for taken in back if taken.slot] == [samples[2].id, samples[1].id, samples[0].id]
    assert all(taken.review.undone_at is not None for taken in back)
    assert {(sample.state, sample.revision_id, sample.decided_at) for sample in samples} == {
        (SampleState.QUEUED, None, None)
    }
    with pytest.raises(Conflict):
        reviewing.undo(session, dataset, expert)
    assert reviewing.next_slots(session, dataset, expert)[0].sample_id == samples[0].id


def test_undone_sample_can_be_answered_again(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    for decision in (Decision.APPROVE, Decision.REJECT, Decision.APPROVE):
        answer(session, dataset, expert, decision, reason="wrong")
        last = reviewing.undo(session, dataset, expert)
    answer(session, dataset, expert, Decision.REJECT, reason="wrong", slot=last.slot)

    assert samples[0].state is SampleState.REJECTED
    assert session.scalar(select(func.count(Review.id))) == 4


def test_undo_of_one_earlier_answer(session: Session, dataset: Dataset, expert: User, samples: list[Sample]) -> None:
    first = answer(session, dataset, expert).review
    answer(session, dataset, expert)

    back = reviewing.undo(session, dataset, expert, first.id)

    assert back.review.id == first.id
    assert reviewing.next_slots(session, dataset, expert)[0].sample_id == samples[0].id
    assert samples[1].state is SampleState.APPROVED
    with pytest.raises(Conflict):
        reviewing.undo(session, dataset, expert, first.id)


def test_nobody_takes_back_a_colleagues_answer(
    session: Session, dataset: Dataset, expert: User, colleague: User, samples: list[Sample]
) -> None:
    review = answer(session, dataset, expert).review

    with pytest.raises(Conflict):
        reviewing.undo(session, dataset, colleague, review.id)
    assert samples[0].state is SampleState.APPROVED


def test_undone_skip_that_a_colleague_holds_stays_theirs(
    session: Session, dataset: Dataset, expert: User, colleague: User, samples: list[Sample]
) -> None:
    slot = reviewing.next_slots(session, dataset, expert, 1)[0]
    answer(session, dataset, expert, Decision.SKIP, slot=slot)
    assert reviewing.next_slots(session, dataset, colleague, 1)[0].id == slot.id

    back = reviewing.undo(session, dataset, expert)

    assert back.slot is None
    assert session.get_one(Slot, slot.id).expert_id == colleague.id


def test_repeat_of_an_undone_press_changes_nothing(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    slot = reviewing.next_slots(session, dataset, expert)[0]
    answer(session, dataset, expert, slot=slot, idempotency_key="pressed once")
    reviewing.undo(session, dataset, expert)

    outcome = answer(session, dataset, expert, slot=slot, idempotency_key="pressed once")

    assert outcome.is_repeat
    assert outcome.review.undone_at is not None
    assert samples[0].state is SampleState.QUEUED
