"""Acceptance by sampling on the real database: drawing, judging, accepting, and giving everything back."""

from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.models import (
    Acceptance,
    AcceptanceSample,
    AcceptanceState,
    Dataset,
    Decision,
    Review,
    Role,
    Sample,
    SampleState,
    Slot,
    SlotPurpose,
    SlotState,
    User,
)
from app.services import acceptance, accepting, certificates, reviewing, state_counts
from app.services.errors import Conflict, Invalid, NotFound
from app.services.samples import Search
from app.services.strata import Stratum
from tests import factories
from tests.factories_runs import make_run, make_verdict, measured
from tests.services.standing import fingerprint

PLAN = {"name": "Leaflets", "tolerable": 0.1, "confidence": 0.9}


@pytest.fixture
def lead(session: Session, dataset: Dataset) -> User:
    made = factories.make_user(session, "Lena")
    factories.join(session, dataset, made, Role.LEAD)
    return made


@pytest.fixture
def expert(session: Session, dataset: Dataset) -> User:
    made = factories.make_user(session, "Bob")
    factories.join(session, dataset, made)
    return made


def queue(session: Session, dataset: Dataset, count: int, name: str = "") -> list[Sample]:
    corpus = factories.make_corpus(session, dataset, name)
    made = factories.make_samples(session, corpus, count, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id).where(Sample.corpus_id == corpus.id))
    return made


def judge(
    session: Session, dataset: Dataset, expert: User, answer: Callable[[int], Decision] = lambda _: Decision.APPROVE
) -> int:
    """Answer whatever the desk gives, until it gives no drawn sample any more."""
    done = 0
    while slots := reviewing.next_slots(session, dataset, expert, 1):
        if slots[0].purpose is not SlotPurpose.ACCEPTANCE:
            return done
        reviewing.submit(
            session,
            dataset,
            expert,
            slots[0].id,
            answer(done),
            idempotency_key=f"judge {expert.id} {slots[0].id} {done}",
            reason="wrong",
            comment="Look at this.",
        )
        done += 1
    return done


def states(session: Session) -> dict[str, int]:
    found = session.execute(select(Sample.state, func.count()).group_by(Sample.state)).all()
    return {state.value: number for state, number in found}


def counted(session: Session, dataset: Dataset) -> dict[str, int]:
    """The counts that pages show, which must be those of the table."""
    cells = state_counts.of(session, dataset.id)
    return {state.value: sum(n for (_, of), n in cells.items() if of is state) for _, state in cells}


def test_the_sample_comes_first_blind_and_the_rest_waits(
    session: Session, dataset: Dataset, lead: User, expert: User
) -> None:
    queue(session, dataset, 100)
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN, seed=3)
    assert (one.population, one.sample_size, one.state) == (100, 18, AcceptanceState.JUDGING)
    assert judge(session, dataset, expert) == one.sample_size
    assert reviewing.next_slots(session, dataset, expert, 1) == []
    found = acceptance.standing(session, one)
    assert (found.judged, found.defects, found.reviewers, found.is_complete) == (18, 0, 1, True)
    assert states(session) == {"queued": 100}
    assert acceptance.bound(one, found).rate <= 0.1


def test_the_same_seed_draws_the_same_samples(session: Session, dataset: Dataset, lead: User) -> None:
    queue(session, dataset, 60)
    drawn = []
    for _ in range(2):
        one = acceptance.start(session, dataset, lead, Stratum(), **PLAN, seed=3)
        drawn.append(set(session.scalars(select(AcceptanceSample.sample_id).filter_by(acceptance_id=one.id))))
        accepting.withdraw(session, dataset, one.id, lead)
    assert drawn[0] == drawn[1]


def test_a_good_stratum_is_accepted_whole_and_its_certificate_says_why(
    session: Session, dataset: Dataset, lead: User, expert: User
) -> None:
    queue(session, dataset, 100)
    others = queue(session, dataset, 5, "Others")
    stratum = Stratum(Search(corpora=(session.scalars(select(Sample.corpus_id)).first(),)))
    one = acceptance.start(session, dataset, lead, stratum, **PLAN, allowed=1, seed=3)
    judge(session, dataset, expert, lambda at: Decision.REJECT if at == 4 else Decision.APPROVE)
    accepting.accept(session, dataset, one.id, lead)
    session.expire_all()

    assert states(session) == {"approved": 99, "rejected": 1, "queued": 5}
    assert counted(session, dataset) == states(session)
    assert {one.state for one in others} == {SampleState.QUEUED}
    assert (
        session.scalar(select(func.count()).where(Sample.acceptance_id == one.id, Sample.decided_at.is_not(None)))
        == 100
    )
    assert session.scalar(select(func.count()).where(Slot.state.in_([SlotState.OPEN, SlotState.LEASED]))) == 5
    told = one.certificate
    assert (told["population"], told["judged"], told["defects"], told["approved"]) == (100, one.sample_size, 1, 99)
    assert (told["method"], told["confidence"], told["seed"], told["reviewers"]) == ("hypergeometric", 0.9, 3, 1)
    assert told["released_bound"] < told["bound"] <= 0.1
    assert session.scalars(select(AcceptanceSample.is_defect).filter_by(acceptance_id=one.id)).all().count(True) == 1


def test_an_edit_is_a_defect_but_its_words_are_kept(
    session: Session, dataset: Dataset, lead: User, expert: User
) -> None:
    queue(session, dataset, 100)
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN, allowed=1)
    (slot,) = reviewing.next_slots(session, dataset, expert, 1)
    reviewing.submit(
        session, dataset, expert, slot.id, Decision.APPROVE, idempotency_key="with an edit", edits={1: "Better words."}
    )
    judge(session, dataset, expert)
    found = acceptance.standing(session, one)
    assert (found.edited, found.defects) == (1, 1)
    accepting.accept(session, dataset, one.id, lead)
    session.expire_all()
    edited = session.get_one(Sample, slot.sample_id)
    assert (edited.state, edited.revision_id is not None) == (SampleState.APPROVED, True)
    assert one.certificate["approved"] == 100


def test_flags_count_as_defects_and_skips_go_to_a_colleague(
    session: Session, dataset: Dataset, lead: User, expert: User
) -> None:
    queue(session, dataset, 60)
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN, allowed=2)
    answers = {0: Decision.FLAG, 1: Decision.SKIP}
    judge(session, dataset, expert, lambda at: answers.get(at, Decision.APPROVE))
    found = acceptance.standing(session, one)
    assert (found.flagged, found.judged) == (1, one.sample_size - 1)
    with pytest.raises(Conflict, match="1 of the drawn samples are not judged yet"):
        accepting.accept(session, dataset, one.id, lead)
    colleague = factories.make_user(session)
    assert judge(session, dataset, colleague) == 1
    accepting.accept(session, dataset, one.id, lead)
    session.expire_all()
    assert states(session) == {"approved": 59, "flagged": 1}


def test_too_many_defects_are_refused_and_every_answer_becomes_a_review(
    session: Session, dataset: Dataset, lead: User, expert: User
) -> None:
    queue(session, dataset, 60)
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN)
    with pytest.raises(Conflict, match="has not failed"):
        accepting.refuse(session, dataset, one.id, lead)
    judge(session, dataset, expert, lambda at: Decision.REJECT if at < 2 else Decision.APPROVE)
    with pytest.raises(Conflict, match="2 of the judged samples have a defect"):
        accepting.accept(session, dataset, one.id, lead)
    accepting.refuse(session, dataset, one.id, lead)
    session.expire_all()

    size = one.sample_size
    assert states(session) == {"queued": 60 - size, "approved": size - 2, "rejected": 2}
    assert counted(session, dataset) == states(session)
    assert set(session.scalars(select(Slot.purpose))) == {SlotPurpose.REVIEW}
    assert session.scalar(select(func.count()).where(Slot.state == SlotState.OPEN)) == 60 - size
    assert set(session.scalars(select(Sample.acceptance_id))) == {None}
    assert one.certificate["bound"] > 0.1


def test_with_two_reviews_per_sample_a_refused_one_still_needs_its_second(
    session: Session, lead: User, expert: User
) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    queue(session, dataset, 40)
    before = fingerprint(session)
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN)
    judge(session, dataset, expert, lambda at: Decision.REJECT if at < 2 else Decision.APPROVE)
    accepting.refuse(session, dataset, one.id, lead)
    assert states(session) == {"queued": 40}
    assert session.scalar(select(func.count()).where(Slot.state == SlotState.DONE)) == one.sample_size
    assert session.scalar(select(func.count()).where(Slot.state == SlotState.OPEN)) == 80 - one.sample_size
    assert fingerprint(session)[0] == before[0]


def test_withdrawing_before_any_answer_restores_every_row(session: Session, lead: User) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    queue(session, dataset, 40)
    session.execute(update(Slot).values(rank=Slot.id * 0.5))
    before = fingerprint(session)
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN)
    assert fingerprint(session)[1] != before[1]
    accepting.withdraw(session, dataset, one.id, lead)
    assert fingerprint(session) == before
    with pytest.raises(Conflict, match="ended this acceptance already"):
        accepting.withdraw(session, dataset, one.id, lead)


def test_taking_an_acceptance_back_restores_every_row(
    session: Session, dataset: Dataset, lead: User, expert: User
) -> None:
    queue(session, dataset, 100)
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN, allowed=2)
    answers = {0: Decision.FLAG, 1: Decision.REJECT}
    judge(session, dataset, expert, lambda at: answers.get(at, Decision.APPROVE))
    before = fingerprint(session)
    accepting.accept(session, dataset, one.id, lead)
    assert fingerprint(session)[0] != before[0]
    accepting.take_back(session, dataset, one.id, lead)
    assert fingerprint(session) == before
    assert (one.state, one.certificate, one.closed_at) == (AcceptanceState.JUDGING, {}, None)
    assert counted(session, dataset) == {"queued": 100}
    accepting.accept(session, dataset, one.id, lead)
    with pytest.raises(NotFound):
        accepting.take_back(session, factories.make_dataset(session), one.id, lead)


def test_what_was_decided_anew_since_is_left_and_reported(
    session: Session, dataset: Dataset, lead: User, expert: User
) -> None:
    queue(session, dataset, 60)
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN)
    judge(session, dataset, expert)
    accepting.accept(session, dataset, one.id, lead)
    changed = session.scalars(select(Sample.id).limit(1)).one()
    session.execute(
        text("UPDATE samples SET state = 'rejected', decided_at = now() + interval '1 hour' WHERE id = :id"),
        {"id": changed},
    )
    assert accepting.take_back(session, dataset, one.id, lead).certificate == {"left": 1}
    assert states(session)["queued"] == 59
    session.expire_all()
    assert session.get_one(Sample, changed).state is SampleState.REJECTED


def test_an_answer_that_an_acceptance_rests_on_cannot_be_taken_back(
    session: Session, dataset: Dataset, lead: User, expert: User
) -> None:
    queue(session, dataset, 60)
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN)
    judge(session, dataset, expert)
    taken = reviewing.undo(session, dataset, expert)
    assert taken.slot is not None
    assert not acceptance.standing(session, one).is_complete
    judge(session, dataset, expert, lambda _: Decision.APPROVE)
    reviewing.submit(session, dataset, expert, taken.slot.id, Decision.APPROVE, idempotency_key="judged again")
    accepting.accept(session, dataset, one.id, lead)
    session.expire_all()
    with pytest.raises(Conflict, match="Your answer stands"):
        reviewing.undo(session, dataset, expert)


def test_samples_that_somebody_has_begun_are_not_in_the_stratum(session: Session, lead: User, expert: User) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    queue(session, dataset, 30)
    done, _ = reviewing.next_slots(session, dataset, expert, 2)
    reviewing.submit(session, dataset, expert, done.id, Decision.APPROVE, idempotency_key="the first one")
    before = fingerprint(session)
    assert acceptance.available(session, dataset, Stratum()) == 28
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN)
    assert one.population == 28
    assert (
        session.scalar(select(func.count()).where(Slot.state == SlotState.OPEN, Slot.purpose == SlotPurpose.REVIEW))
        == 2
    )
    assert acceptance.available(session, dataset, Stratum()) == 0
    with pytest.raises(Conflict, match="nothing to accept"):
        acceptance.start(session, dataset, lead, Stratum(), **PLAN)
    accepting.withdraw(session, dataset, one.id, lead)
    assert fingerprint(session) == before


def test_a_drawn_sample_that_is_dropped_counts_as_a_defect(
    session: Session, dataset: Dataset, lead: User, expert: User
) -> None:
    queue(session, dataset, 60)
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN, allowed=1)
    (slot,) = reviewing.next_slots(session, dataset, expert, 1)
    session.execute(update(Sample).where(Sample.id == slot.sample_id).values(state=SampleState.DROPPED))
    reviewing.close_slots(session, dataset)
    judge(session, dataset, expert)
    found = acceptance.standing(session, one)
    assert (found.gone, found.defects, found.is_complete) == (1, 1, True)
    accepting.accept(session, dataset, one.id, lead)
    session.expire_all()
    assert states(session) == {"approved": 59, "dropped": 1}


def test_a_stratum_that_has_mostly_gone_is_not_accepted_on_the_strength_of_the_whole(
    session: Session, dataset: Dataset, lead: User, expert: User
) -> None:
    queue(session, dataset, 200)
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN)
    judge(session, dataset, expert)
    drawn = select(AcceptanceSample.sample_id)
    most = select(Sample.id).where(Sample.id.not_in(drawn)).limit(160)
    session.execute(update(Sample).where(Sample.id.in_(most)).values(state=SampleState.DROPPED))
    with pytest.raises(Conflict, match="no longer covers the rest"), session.begin_nested():
        accepting.accept(session, dataset, one.id, lead)
    session.expire_all()
    assert states(session) == {"queued": 40, "dropped": 160}


@pytest.mark.parametrize("drawn_by", acceptance.DRAWN_BY)
def test_the_sample_is_drawn_in_proportion(session: Session, dataset: Dataset, lead: User, drawn_by: str) -> None:
    first, second = queue(session, dataset, 90, "Large"), queue(session, dataset, 30, "Small")
    run = make_run(session, dataset)
    measured(session, run, [*first, *second], quality_score=[0.1] * 40 + [0.9] * 80)
    make_verdict(session, run, second[0], duplicate_of=first[0], similarity=0.9)
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN, drawn_by=drawn_by, seed=5)
    drawn = np.array(session.scalars(select(AcceptanceSample.sample_id).filter_by(acceptance_id=one.id)).all())
    if drawn_by == "corpus":
        share = np.isin(drawn, [sample.id for sample in second]).sum()
        assert abs(share - one.sample_size / 4) < 1
    if drawn_by == "score":
        share = np.isin(drawn, [sample.id for sample in first[:40]]).sum()
        assert abs(share - one.sample_size / 3) < 1


def test_a_stratum_can_be_bounded_by_a_measure_a_language_and_words(
    session: Session, dataset: Dataset, lead: User
) -> None:
    found = queue(session, dataset, 20)
    run = make_run(session, dataset)
    measured(session, run, found, quality_score=[n / 20 for n in range(20)])
    assert acceptance.available(session, dataset, Stratum(measure="quality_score", least=0.5)) == 10
    assert acceptance.available(session, dataset, Stratum(measure="quality_score", least=0.5, most=0.7)) == 5
    assert acceptance.available(session, dataset, Stratum(measure="no such measure")) == 0
    assert acceptance.available(session, dataset, Stratum(languages=("en",))) == 0
    assert acceptance.available(session, dataset, Stratum(languages=("",))) == 20
    assert acceptance.available(session, dataset, Stratum(Search(words="nosuchword"))) == 0
    assert acceptance.available(session, dataset, Stratum(Search(states=(SampleState.DROPPED,)))) == 0
    one = acceptance.start(
        session, dataset, lead, Stratum(measure="quality_score", least=0.5), **(PLAN | {"tolerable": 0.3})
    )
    assert Stratum.of(one.stratum) == Stratum(measure="quality_score", least=0.5)


def test_a_promise_that_no_sample_can_keep_is_refused_before_anything_is_held(
    session: Session, dataset: Dataset, lead: User
) -> None:
    queue(session, dataset, 10)
    before = fingerprint(session)
    with pytest.raises(Invalid, match="would be more than you tolerate"), session.begin_nested():
        acceptance.start(session, dataset, lead, Stratum(), name="", tolerable=0.01, confidence=0.95, allowed=3)
    assert fingerprint(session) == before


def test_an_acceptance_of_another_dataset_is_not_found(session: Session, dataset: Dataset, lead: User) -> None:
    queue(session, dataset, 40)
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN)
    for act in (accepting.accept, accepting.refuse, accepting.withdraw):
        with pytest.raises(NotFound):
            act(session, factories.make_dataset(session), one.id, lead)
    assert acceptance.of(session, dataset.id) == [one]


def test_a_percentage_is_never_rounded_in_our_favour() -> None:
    assert [certificates.percent(rate) for rate in (0.0171, 0.017, 0.0, 1.0, 0.01999)] == [1.8, 1.7, 0.0, 100.0, 2.0]


def test_nothing_of_a_review_is_lost_on_the_way(session: Session, dataset: Dataset, lead: User, expert: User) -> None:
    queue(session, dataset, 40)
    one = acceptance.start(session, dataset, lead, Stratum(), **PLAN)
    judge(session, dataset, expert)
    accepting.withdraw(session, dataset, one.id, lead)
    assert session.scalar(select(func.count(Review.id)).where(Review.counted)) == one.sample_size
    assert session.scalar(select(func.count(Acceptance.id))) == 1
