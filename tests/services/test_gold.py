"""Gold samples: when they come, that they change nothing, practice before real work, and desks that rest."""

import itertools
from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.models import (
    Dataset,
    Decision,
    DeskPause,
    GoldSample,
    Review,
    Role,
    Sample,
    SampleState,
    Slot,
    SlotPurpose,
    SlotState,
    User,
)
from app.services import (
    adjudicating,
    agreement,
    desk,
    desk_pauses,
    gold,
    gold_plan,
    gold_queue,
    people,
    precedents,
    productivity,
    releases,
    reviewing,
)
from app.services.errors import Conflict, Invalid
from app.services.gold_plan import GoldPlan
from tests import factories
from tests.services.test_adjudicating import verdict

A, R, F, S = Decision.APPROVE, Decision.REJECT, Decision.FLAG, Decision.SKIP
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def expert(session: Session, dataset: Dataset) -> User:
    made = factories.make_user(session, "Ann")
    factories.join(session, dataset, made, Role.EXPERT)
    return made


@pytest.fixture
def lead(session: Session, dataset: Dataset) -> User:
    made = factories.make_user(session, "Lea")
    factories.join(session, dataset, made, Role.LEAD)
    return made


def plan(session: Session, dataset: Dataset, **values: float) -> None:
    gold_plan.change(session, dataset, GoldPlan(**values))  # type: ignore[arg-type]


def marked(session: Session, dataset: Dataset, lead: User, count: int, decision: Decision = A) -> list[Sample]:
    """Decided samples with a known answer."""
    corpus = factories.make_corpus(session, dataset)
    samples = factories.make_samples(session, corpus, count, state=SampleState.APPROVED)
    for sample in samples:
        gold.mark(session, dataset, lead, sample.id, decision, "Because the leaflet says so.")
    return samples


def queued(session: Session, dataset: Dataset, count: int) -> list[Sample]:
    made = factories.make_samples(session, factories.make_corpus(session, dataset), count, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


def work(
    session: Session, dataset: Dataset, expert: User, count: int, decision: Decision = A, hold: int = 1
) -> list[Slot]:
    """So many answers, one after the other; the places that they were given on."""
    given = []
    for _ in range(count):
        slots = reviewing.next_slots(session, dataset, expert, hold)
        if not slots:
            break
        given.append(slots[0])
        press(session, dataset, expert, slots[0], decision)
    return given


def press(session: Session, dataset: Dataset, expert: User, slot: Slot, decision: Decision) -> Review:
    number = session.scalar(select(func.count(Review.id)))
    return reviewing.submit(
        session,
        dataset,
        expert,
        slot.id,
        decision,
        idempotency_key=f"press {number} of {expert.id}",
        reason="wrong" if decision is R else "",
        comment="Look" if decision is F else "",
    ).review


def is_gold(slot: Slot) -> bool:
    return slot.purpose is SlotPurpose.GOLD


@pytest.mark.parametrize("hold", [pytest.param(1, marks=pytest.mark.thorough), 2])
def test_about_every_tenth_is_gold_wherever_it_comes(
    session: Session, dataset: Dataset, expert: User, lead: User, hold: int
) -> None:
    marked(session, dataset, lead, 40)
    queued(session, dataset, 220)
    plan(session, dataset, gold_share=0.1)
    given = work(session, dataset, expert, 200, hold=hold)
    places = [at for at, slot in enumerate(given) if is_gold(slot)]
    assert 16 <= len(places) <= 24
    assert len({later - earlier for earlier, later in itertools.pairwise(places)}) > 3  # nobody can count
    assert max(Counter(slot.sample_id for slot in given).values()) == 1


def test_a_reload_shows_the_same_sample_and_the_same_next_one(
    session: Session, dataset: Dataset, expert: User, lead: User
) -> None:
    marked(session, dataset, lead, 10)
    queued(session, dataset, 40)
    plan(session, dataset, gold_share=0.3)
    for _ in range(30):
        first = reviewing.next_slots(session, dataset, expert, 2)
        assert [slot.id for slot in reviewing.next_slots(session, dataset, expert, 2)] == [slot.id for slot in first]
        assert reviewing.next_slots(session, dataset, expert, 1)[0].id == first[0].id
        press(session, dataset, expert, first[0], A)
        following = reviewing.next_slots(session, dataset, expert, 2)
        assert following[0].id == first[1].id  # what was fetched ahead comes
        assert [slot.id for slot in reviewing.next_slots(session, dataset, expert, 2)] == [
            slot.id for slot in following
        ]


def test_without_a_plan_nothing_is_asked_of_the_database(
    session: Session, dataset: Dataset, expert: User, lead: User, queries: list[str]
) -> None:
    marked(session, dataset, lead, 5)
    queued(session, dataset, 3)
    queries.clear()
    assert not is_gold(reviewing.next_slots(session, dataset, expert, 1)[0])
    assert not [one for one in queries if "gold" in one or "desk_pauses" in one]


def test_an_answer_on_a_gold_sample_changes_nothing_but_the_score(
    session: Session, dataset: Dataset, expert: User, lead: User
) -> None:
    dataset.reviews_per_sample = 2
    (sample,) = marked(session, dataset, lead, 1)
    other = factories.make_user(session)
    for number, person in enumerate((lead, other), 1):
        factories.make_review(session, sample, person, A, number=number)
    queued(session, dataset, 5)
    plan(session, dataset, gold_share=0.5)
    decided = sample.decided_at
    given = work(session, dataset, expert, 4, R)
    (place,) = [slot for slot in given if is_gold(slot)]
    review = session.scalars(select(Review).where(Review.slot_id == place.id)).one()

    assert review.counted
    session.refresh(sample)
    assert (sample.state, sample.revision_id, sample.decided_at) == (SampleState.APPROVED, None, decided)
    assert releases.approved(session, dataset.id) == 1
    report = agreement.compute(session, dataset)
    assert report.figures[0].percent.value == 1
    assert expert.id not in report.experts
    shared = {line.user.id: line.agreement for line in productivity.of(session, dataset)}
    assert shared[expert.id] is None
    assert (
        gold.results(session, dataset)[expert.id].hidden.right,
        gold.results(session, dataset)[expert.id].hidden.of,
    ) == (0, 1)


def test_a_gold_sample_comes_to_an_expert_once_and_never_to_who_knows_it(
    session: Session, dataset: Dataset, expert: User, lead: User
) -> None:
    known, settled, fresh = marked(session, dataset, lead, 3)
    factories.make_review(session, known, expert, A)
    session.execute(update(Sample).where(Sample.id == settled.id).values(state=SampleState.FLAGGED))
    session.expire(settled)
    adjudicating.decide(session, dataset, expert, settled.id, verdict("approve"), "as a lead once")
    queued(session, dataset, 20)
    plan(session, dataset, gold_share=0.5)
    assert [slot.sample_id for slot in work(session, dataset, expert, 20) if is_gold(slot)] == [fresh.id]
    assert not [slot for slot in work(session, dataset, lead, 20) if is_gold(slot)]  # whoever marked them


def test_a_skipped_or_expired_gold_place_goes_to_nobody_else(
    session: Session, dataset: Dataset, expert: User, lead: User
) -> None:
    samples = marked(session, dataset, lead, 1)
    plan(session, dataset, gold_share=0.5)
    queued(session, dataset, 4)
    place = next(slot for slot in (work(session, dataset, expert, 1)[0], *reviewing.next_slots(session, dataset, expert, 2)) if is_gold(slot) and slot.state is SlotState.LEASED)  # fmt: skip
    session.execute(text("UPDATE slots SET leased_until = now() - interval '1 minute' WHERE state = 'leased'"))
    other = factories.make_user(session)
    dataset_plan = gold_plan.of(dataset)
    plan(session, dataset)  # the other gets none of their own
    taken = reviewing.next_slots(session, dataset, other, 10)
    assert samples[0].id not in {slot.sample_id for slot in taken}
    gold_plan.change(session, dataset, dataset_plan)
    again = reviewing.next_slots(session, dataset, expert, 2)
    assert place.id in {slot.id for slot in again}
    press(session, dataset, expert, next(slot for slot in again if is_gold(slot)), S)
    plan(session, dataset)
    assert samples[0].id not in {slot.sample_id for slot in reviewing.next_slots(session, dataset, other, 10)}


def test_a_removed_member_s_gold_place_stays_theirs(
    session: Session, dataset: Dataset, expert: User, lead: User
) -> None:
    marked(session, dataset, lead, 1)
    plan(session, dataset, calibration=1)
    place = reviewing.next_slots(session, dataset, expert, 1)[0]
    assert is_gold(place)
    people.remove(session, dataset, expert.id)
    plan(session, dataset)
    assert reviewing.next_slots(session, dataset, factories.make_user(session), 5) == []


def test_the_answer_can_be_taken_back_as_any_other(
    session: Session, dataset: Dataset, expert: User, lead: User
) -> None:
    marked(session, dataset, lead, 1)
    queued(session, dataset, 5)
    plan(session, dataset, gold_share=0.5)
    place = next(slot for slot in work(session, dataset, expert, 3) if is_gold(slot))
    review = session.scalars(select(Review).where(Review.slot_id == place.id)).one()
    taken = reviewing.undo(session, dataset, expert, review.id)
    assert taken.slot is not None
    assert reviewing.next_slots(session, dataset, expert, 1)[0].id == place.id
    press(session, dataset, expert, place, R)
    assert gold.results(session, dataset)[expert.id].hidden.right == 0


def test_whoever_is_new_practises_first_and_is_told(
    session: Session, dataset: Dataset, expert: User, lead: User
) -> None:
    marked(session, dataset, lead, 5, R)
    queued(session, dataset, 5)
    plan(session, dataset, calibration=3)
    assert gold_queue.practice_left(session, dataset, expert) == 3
    assert gold.feedback(session, dataset, expert) is None
    for done, decision in enumerate((A, R, R), 1):
        slot = reviewing.next_slots(session, dataset, expert, 1)[0]
        assert gold_queue.is_practice(slot)
        press(session, dataset, expert, slot, decision)
        told = gold.feedback(session, dataset, expert)
        assert told is not None
        assert (told.given, told.known, told.why, told.done, told.left) == (
            decision, R, "Because the leaflet says so.", done, 3 - done,
        )  # fmt: skip
        with pytest.raises(Conflict, match="practice"):
            reviewing.undo(session, dataset, expert)
    assert not [slot for slot in work(session, dataset, expert, 5) if is_gold(slot)]
    assert gold.feedback(session, dataset, expert) is None
    results = gold.results(session, dataset)[expert.id]
    assert (results.practice.right, results.practice.of, results.hidden.of) == (2, 3, 0)


def test_who_has_begun_real_work_and_who_leads_does_not_practise(
    session: Session, dataset: Dataset, expert: User, lead: User
) -> None:
    marked(session, dataset, factories.make_user(session), 3)
    queued(session, dataset, 5)
    work(session, dataset, expert, 1)
    plan(session, dataset, calibration=3)
    assert not is_gold(reviewing.next_slots(session, dataset, expert, 1)[0])
    assert not is_gold(reviewing.next_slots(session, dataset, lead, 1)[0])


def test_practice_ends_where_there_are_no_more_gold_samples(
    session: Session, dataset: Dataset, expert: User, lead: User
) -> None:
    marked(session, dataset, lead, 1)
    queued(session, dataset, 2)
    plan(session, dataset, calibration=3)
    assert [is_gold(slot) for slot in work(session, dataset, expert, 3)] == [True, False, False]


@pytest.mark.parametrize(("decision", "rests"), [(R, True), (F, True), (A, False)])
def test_a_desk_rests_when_the_known_answers_are_missed(
    session: Session, dataset: Dataset, expert: User, lead: User, decision: Decision, rests: bool
) -> None:
    marked(session, dataset, lead, 20)
    queued(session, dataset, 60)
    plan(session, dataset, gold_share=0.5, least_accuracy=0.8)
    given = work(session, dataset, expert, 60, decision)
    assert desk_pauses.is_paused(session, dataset, expert) is rests
    if rests:
        assert sum(map(is_gold, given)) == desk_pauses.LEAST_SEEN
        assert reviewing.next_slots(session, dataset, expert, 2) == []
        laid_out = desk.lay_out(session, dataset, expert, LONG_AGO)
        assert (laid_out.subject, laid_out.emptiness) == (None, "resting")
        held = select(func.count()).where(Slot.expert_id == expert.id, Slot.state == SlotState.LEASED)
        assert session.scalar(held) == 0


def test_a_limit_that_chance_could_explain_lets_nobody_rest(
    session: Session, dataset: Dataset, expert: User, lead: User
) -> None:
    """Three of five: 60 %, but it may be 88 %."""
    marked(session, dataset, lead, 20)
    queued(session, dataset, 60)
    plan(session, dataset, gold_share=0.5, least_accuracy=0.8)
    wrong = iter([R, R, A, A, A])
    seen = 0
    while seen < 5:
        slot = reviewing.next_slots(session, dataset, expert, 1)[0]
        press(session, dataset, expert, slot, next(wrong) if is_gold(slot) else A)
        seen += is_gold(slot)
    assert not desk_pauses.is_paused(session, dataset, expert)


def test_a_lead_lets_a_desk_go_on_and_only_what_follows_counts(
    session: Session, dataset: Dataset, expert: User, lead: User
) -> None:
    marked(session, dataset, lead, 30)
    queued(session, dataset, 60)
    plan(session, dataset, gold_share=0.5, least_accuracy=0.8)
    work(session, dataset, expert, 60, R)
    ((pause, who),) = desk_pauses.open_ones(session, dataset)
    assert (pause.right, pause.of, who.id) == (0, 5, expert.id)
    session.execute(text("UPDATE reviews SET created_at = now() - interval '1 hour'"))
    desk_pauses.let_go_on(session, dataset, lead, expert.id)
    session.execute(text("UPDATE desk_pauses SET ended_at = now() - interval '1 minute'"))
    assert desk_pauses.open_ones(session, dataset) == []
    assert len(work(session, dataset, expert, 6, A)) == 6
    assert not desk_pauses.is_paused(session, dataset, expert)
    assert session.scalar(select(func.count(DeskPause.id))) == 1


def test_marking_asks_for_a_decided_sample_an_answer_and_a_reason(
    session: Session, dataset: Dataset, lead: User
) -> None:
    (waiting,) = queued(session, dataset, 1)
    with pytest.raises(Conflict):
        gold.mark(session, dataset, lead, waiting.id, A, "Because")
    (sample,) = factories.make_samples(session, factories.make_corpus(session, dataset), 1, state=SampleState.REJECTED)
    with pytest.raises(Invalid):
        gold.mark(session, dataset, lead, sample.id, R, "  ")
    with pytest.raises(Invalid):
        gold.mark(session, dataset, lead, sample.id, F, "Because")
    made = gold.mark(session, dataset, lead, sample.id, R, "Because")
    with pytest.raises(Conflict):
        gold.mark(session, dataset, lead, sample.id, A, "Because")
    gold.retire(session, dataset, made.id)
    assert gold.of_sample(session, sample.id) is None
    gold.mark(session, dataset, lead, sample.id, A, "We had it wrong")
    assert session.scalar(select(func.count(GoldSample.id))) == 2


def test_answers_on_a_retired_gold_sample_are_not_held_against_anybody(
    session: Session, dataset: Dataset, expert: User, lead: User
) -> None:
    marked(session, dataset, lead, 1)
    queued(session, dataset, 4)
    plan(session, dataset, gold_share=0.5)
    work(session, dataset, expert, 4, R)
    assert gold.results(session, dataset)[expert.id].hidden.of == 1
    gold.retire(session, dataset, session.scalars(select(GoldSample.id)).one())
    assert gold.results(session, dataset) == {}


def test_experts_do_not_find_gold_samples_among_the_precedents(
    session: Session, dataset: Dataset, expert: User, lead: User
) -> None:
    (sample,) = factories.make_samples(session, factories.make_corpus(session, dataset), 1, state=SampleState.FLAGGED)
    adjudicating.decide(session, dataset, lead, sample.id, verdict("reject"), "key 1 of lea")
    assert len(precedents.page(session, dataset, expert).precedents) == 1
    gold.mark(session, dataset, lead, sample.id, R, "Because")
    assert precedents.page(session, dataset, expert).precedents == []
    assert len(precedents.page(session, dataset, lead, sees_gold=True).precedents) == 1


def test_the_plan_lives_beside_other_plans_and_survives_nonsense(session: Session, dataset: Dataset) -> None:
    dataset.review_plan = {"lanes": {"de": 2}, "gold_share": "much", "calibration": 4}
    session.flush()
    assert gold_plan.of(dataset) == GoldPlan(calibration=4)
    plan(session, dataset, gold_share=0.25)
    assert dataset.review_plan["lanes"] == {"de": 2}
    assert gold_plan.of(dataset) == GoldPlan(gold_share=0.25)
