"""Deciding on many samples at once: each is the person's own answer, an audit is hidden, and undo restores every row."""

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.models import (
    BulkMember,
    Dataset,
    Decision,
    Review,
    Sample,
    SampleState,
    Slot,
    SlotPurpose,
    SlotState,
    User,
)
from app.services import auditing, bulk, bulk_undo, reviewing, state_counts
from app.services.bulk import Reach
from app.services.errors import Conflict, Invalid, NotFound
from app.services.samples import Search
from app.services.strata import Stratum
from tests import factories
from tests.factories_runs import make_run, make_verdict
from tests.services.standing import fingerprint
from tests.services.test_acceptance import queue, states

ALL = Stratum()


@pytest.fixture
def lead(session: Session) -> User:
    return factories.make_user(session, "Lena")


@pytest.fixture
def expert(session: Session) -> User:
    return factories.make_user(session, "Bob")


def approve(session: Session, dataset: Dataset, by: User, key: str = "bulk key", **values: object):
    return bulk.decide(
        session, dataset, by, values.pop("stratum", ALL), Decision.APPROVE, idempotency_key=key, **values
    )


def answer(session: Session, dataset: Dataset, by: User, decision: Decision, **values: object) -> Review:
    (slot,) = reviewing.next_slots(session, dataset, by, 1)
    key = f"{by.id} {slot.id} {decision}"
    return reviewing.submit(
        session, dataset, by, slot.id, decision, idempotency_key=key, reason="wrong", comment="Why.", **values
    ).review


def test_every_sample_of_the_query_is_decided_not_of_a_page(session: Session, dataset: Dataset, lead: User) -> None:
    queue(session, dataset, 50)
    queue(session, dataset, 3, "Others")
    corpus = session.scalars(select(Sample.corpus_id)).first()
    factories.make_samples(session, factories.make_corpus(session, dataset), 2, state=SampleState.DROPPED)
    made = approve(session, dataset, lead, stratum=Stratum(Search(corpora=(corpus,))), audits=0)
    assert (made.count, made.settled, made.left, made.audits) == (50, 50, {"answered": 0, "busy": 0}, 0)
    assert states(session) == {"approved": 50, "queued": 3, "dropped": 2}
    cells = state_counts.of(session, dataset.id)
    assert sum(n for (_, state), n in cells.items() if state is SampleState.APPROVED) == 50
    reviews = session.scalars(select(Review)).all()
    assert {(one.expert_id, one.decision, one.counted) for one in reviews} == {(lead.id, Decision.APPROVE, True)}
    assert len({one.sample_id for one in reviews}) == 50


def test_a_rejection_says_why(session: Session, dataset: Dataset, lead: User) -> None:
    queue(session, dataset, 3)
    for reason, comment in (("", ""), ("no such reason", ""), ("other", " ")):
        with pytest.raises(Invalid):
            bulk.decide(
                session, dataset, lead, ALL, Decision.REJECT, idempotency_key="no", reason=reason, comment=comment
            )
    with pytest.raises(Invalid, match="approved or rejected"):
        bulk.decide(session, dataset, lead, ALL, Decision.FLAG, idempotency_key="no", comment="Hm.")
    bulk.decide(
        session, dataset, lead, ALL, Decision.REJECT, idempotency_key="yes", reason="off_topic", comment=" Ads. "
    )
    assert states(session) == {"rejected": 3}
    assert set(session.execute(select(Review.reason, Review.comment)).all()) == {("off_topic", "Ads.")}


def test_the_same_press_twice_is_one_action(session: Session, dataset: Dataset, lead: User, expert: User) -> None:
    queue(session, dataset, 3)
    first = approve(session, dataset, lead)
    assert approve(session, dataset, lead).id == first.id
    assert session.scalar(select(func.count(Review.id))) == 3
    with pytest.raises(Invalid, match="sent twice"):
        approve(session, dataset, expert)


def test_nothing_left_to_decide_is_said(session: Session, dataset: Dataset, lead: User) -> None:
    queue(session, dataset, 3)
    approve(session, dataset, lead)
    with pytest.raises(Conflict, match="Nothing was decided"), session.begin_nested():
        approve(session, dataset, lead, "another key")
    assert len(bulk.of(session, dataset.id)) == 1


def test_what_a_colleague_reads_and_what_one_has_answered_is_left(session: Session, lead: User, expert: User) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    queue(session, dataset, 6)
    answer(session, dataset, lead, Decision.APPROVE)
    held = reviewing.next_slots(session, dataset, expert, 2)
    session.execute(update(Slot).where(Slot.sample_id == held[1].sample_id, Slot.id != held[1].id).values(state="done"))
    assert bulk.reach(session, dataset, lead, ALL) == Reach(6, 4, 1)
    made = approve(session, dataset, lead, audits=0)
    assert (made.count, made.settled, made.left) == (4, 0, {"answered": 1, "busy": 1})
    session.expire_all()
    assert [one.state for one in held] == [SlotState.LEASED] * 2
    twice = select(Review.sample_id).group_by(Review.sample_id, Review.expert_id).having(func.count() > 1)
    assert session.execute(twice).all() == []


def test_nobody_answers_a_sample_twice_though_it_has_a_free_place(session: Session, lead: User) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    queue(session, dataset, 3)
    answer(session, dataset, lead, Decision.REJECT)
    made = approve(session, dataset, lead, audits=0)
    assert (made.count, made.left) == (2, {"answered": 1, "busy": 0})
    assert session.scalar(select(func.count(Review.id))) == 3


def test_one_s_own_reserved_place_is_the_one_that_is_filled(session: Session, lead: User) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    queue(session, dataset, 3)
    held = reviewing.next_slots(session, dataset, lead, 2)
    before = fingerprint(session)
    made = approve(session, dataset, lead, audits=0)
    assert made.count == 3
    session.expire_all()
    assert [one.state for one in held] == [SlotState.DONE] * 2
    assert bulk_undo.undo(session, dataset, made.id, lead).undone == {"restored": 3, "left": 0}
    assert fingerprint(session) == before


def test_the_last_of_two_places_settles_and_disagreement_is_flagged(session: Session, lead: User, expert: User) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    queue(session, dataset, 4)
    answer(session, dataset, expert, Decision.APPROVE)
    answer(session, dataset, expert, Decision.REJECT)
    answer(session, dataset, expert, Decision.APPROVE, edits={1: "Other words."})
    before = fingerprint(session)
    made = approve(session, dataset, lead, audits=0)
    assert (made.count, made.settled) == (4, 3)
    assert states(session) == {"approved": 1, "flagged": 2, "queued": 1}
    bulk_undo.undo(session, dataset, made.id, lead)
    assert fingerprint(session) == before


def test_undo_restores_every_row_and_can_be_done_once(
    session: Session, dataset: Dataset, lead: User, expert: User
) -> None:
    queue(session, dataset, 40)
    session.execute(update(Slot).values(rank=Slot.id * 0.25))
    before = fingerprint(session)
    made = approve(session, dataset, lead)
    assert made.audits == 5
    assert fingerprint(session) != before
    undone = bulk_undo.undo(session, dataset, made.id, expert)
    assert (undone.undone, undone.undone_by) == ({"restored": 40, "left": 0}, expert.id)
    assert fingerprint(session) == before
    assert set(session.scalars(select(Review.undone_at.is_(None)))) == {False}
    cells = state_counts.of(session, dataset.id)
    assert {state for _, state in cells} == {SampleState.QUEUED}
    with pytest.raises(Conflict, match="undone already"):
        bulk_undo.undo(session, dataset, made.id, lead)
    assert approve(session, dataset, lead, "again").count == 40
    with pytest.raises(NotFound):
        bulk_undo.undo(session, factories.make_dataset(session), made.id, lead)


def test_what_somebody_has_touched_since_is_left_and_reported(session: Session, dataset: Dataset, lead: User) -> None:
    queue(session, dataset, 10)
    made = approve(session, dataset, lead, audits=0)
    single = reviewing.undo(session, dataset, lead)
    adjudicated = session.scalars(select(Sample.id).where(Sample.state == SampleState.APPROVED).limit(1)).one()
    session.execute(
        text("UPDATE samples SET state = 'rejected', decided_at = now() + interval '1 hour' WHERE id = :id"),
        {"id": adjudicated},
    )
    confirmed = session.scalars(select(Sample.id).where(Sample.state == SampleState.APPROVED).limit(1)).one()
    session.execute(text("UPDATE samples SET decided_at = now() + interval '1 hour' WHERE id = :id"), {"id": confirmed})
    bulk_undo.undo(session, dataset, made.id, lead)
    session.refresh(made)
    assert made.undone == {"restored": 7, "left": 3}
    session.expire_all()
    assert session.get_one(Sample, adjudicated).state is SampleState.REJECTED
    assert single.slot is not None
    assert single.slot.state is SlotState.LEASED


def test_audits_go_to_another_expert_blind_and_decide_nothing(
    session: Session, dataset: Dataset, lead: User, expert: User
) -> None:
    queue(session, dataset, 12)
    made = approve(session, dataset, lead, audits=3)
    assert reviewing.next_slots(session, dataset, lead, 1) == []
    assert answer(session, dataset, expert, Decision.APPROVE).counted
    assert answer(session, dataset, expert, Decision.REJECT).counted
    assert reviewing.undo(session, dataset, expert).slot is not None
    assert auditing.of(session, [made.id])[made.id] == auditing.Audit(3, 1, 0)
    answer(session, dataset, expert, Decision.FLAG)
    answer(session, dataset, expert, Decision.APPROVE, edits={1: "Better."})
    found = auditing.of(session, [made.id])[made.id]
    assert (found.asked, found.answered, found.contradicting, found.is_alarming) == (3, 3, 2, True)
    assert found.interval[0] < 2 / 3 < found.interval[1]
    assert states(session) == {"approved": 12}
    assert set(session.scalars(select(Slot.purpose).where(Slot.number >= 100))) == {SlotPurpose.AUDIT}


@pytest.mark.parametrize(
    ("answered", "contradicting", "alarming"),
    [(5, 0, False), (5, 1, True), (50, 1, False), (50, 3, True), (0, 0, False)],
)
def test_the_alarm_is_about_more_than_one_in_a_hundred(answered: int, contradicting: int, alarming: bool) -> None:
    assert auditing.Audit(50, answered, contradicting).is_alarming is alarming


def test_audits_that_were_seen_are_kept_by_an_undo(
    session: Session, dataset: Dataset, lead: User, expert: User
) -> None:
    queue(session, dataset, 12)
    made = approve(session, dataset, lead, audits=4)
    answer(session, dataset, expert, Decision.REJECT)
    answer(session, dataset, expert, Decision.SKIP)
    (open_page,) = reviewing.next_slots(session, dataset, expert, 1)
    bulk_undo.undo(session, dataset, made.id, lead)
    session.expire_all()
    audits = session.scalars(select(Slot).where(Slot.purpose == SlotPurpose.AUDIT)).all()
    assert sorted(one.state for one in audits) == [SlotState.CLOSED, SlotState.CLOSED, SlotState.DONE]
    late = reviewing.submit(session, dataset, expert, open_page.id, Decision.APPROVE, idempotency_key="a late one")
    assert not late.review.counted
    assert states(session) == {"queued": 12}


def test_how_many_are_checked_unless_somebody_says_otherwise() -> None:
    assert [bulk.audits_for(count) for count in (1, 5, 100, 400, 2_000, 100_000)] == [1, 5, 5, 8, 40, 50]


def test_a_cluster_is_decided_with_those_kept_by_hand(session: Session, dataset: Dataset, lead: User) -> None:
    kept, copy, other = queue(session, dataset, 3)
    make_verdict(session, make_run(session, dataset), copy, duplicate_of=kept, similarity=0.9)
    made = approve(session, dataset, lead, stratum=Stratum(cluster=kept.id))
    assert set(session.scalars(select(BulkMember.sample_id).filter_by(bulk_id=made.id))) == {kept.id, copy.id}
    session.expire_all()
    assert other.state is SampleState.QUEUED


def test_examples_are_drawn_from_all_of_them(session: Session, dataset: Dataset) -> None:
    made = [one.id for one in queue(session, dataset, 200)]
    found = bulk.examples(session, dataset, ALL, 10, 3)
    assert len(set(found)) == 10
    assert set(found) <= set(made)
    assert max(found) - min(found) > 50
    assert found == bulk.examples(session, dataset, ALL, 10, 3)
    assert bulk.examples(session, dataset, Stratum(Search(words="nosuchword")), 10, 3) == []
