"""Undo in the midst of everything: other answers, skips, edits, gold, audits, closed places, samples settled in between."""

import random

import numpy as np
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.models import Dataset, Decision, Role, Sample, SampleState, Slot, SlotPurpose, SlotState, User
from app.services import bulk, bulk_undo, chosen, gold, gold_plan, reviewing, settling, settling_many
from app.services.gold_plan import GoldPlan
from app.services.strata import Stratum
from tests import factories
from tests.services.standing import fingerprint
from tests.services.test_acceptance import queue, states

A, R, F, S = Decision.APPROVE, Decision.REJECT, Decision.FLAG, Decision.SKIP
_ROWS = """
    SELECT (SELECT string_agg(r::text, '|' ORDER BY id) FROM reviews r WHERE idempotency_key NOT LIKE 'bulk %'),
           (SELECT string_agg(v::text, '|' ORDER BY id) FROM revisions v),
           (SELECT string_agg(g::text, '|' ORDER BY id) FROM gold_samples g),
           (SELECT string_agg(j::text, '|' ORDER BY id) FROM adjudications j),
           (SELECT string_agg(counted::text, '|' ORDER BY corpus_id, state) FROM (
                SELECT corpus_id, state, sum(samples) FROM state_counts GROUP BY corpus_id, state
                HAVING sum(samples) <> 0) AS counted)
"""


def everything(session: Session) -> tuple[object, ...]:
    """All samples and places, and every other row that a decision on many must leave as it is."""
    return (*fingerprint(session), *session.execute(text(_ROWS)).one())


def work(session: Session, dataset: Dataset, person: User, dice: random.Random, count: int, name: str) -> None:
    """Answers as they come, with edits, skips, and some taken back."""
    for number in range(count):
        slots = reviewing.next_slots(session, dataset, person, 1)
        if not slots:
            return
        decision = dice.choice([A, A, A, R, F, S])
        edits = {1: f"Better {number}."} if decision is A and dice.random() < 0.4 else None
        reviewing.submit(
            session,
            dataset,
            person,
            slots[0].id,
            decision,
            idempotency_key=f"{name} {number}",
            reason="wrong",
            comment="Why.",
            edits=edits,
        )
        if dice.random() < 0.15 and decision is not S:
            reviewing.undo(session, dataset, person)


def a_place_at_work(session: Session, dice: random.Random) -> tuple[Dataset, User, list[User]]:
    """Half of it answered by experts of whom each has some gold samples; a place held by each, one expired, one closed."""
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    lead, *experts = [factories.make_user(session) for _ in range(4)]
    factories.join(session, dataset, lead, Role.LEAD)
    for one in experts:
        factories.join(session, dataset, one)
    known = factories.make_samples(session, factories.make_corpus(session, dataset), 6, state=SampleState.APPROVED)
    for sample in known:
        gold.mark(session, dataset, lead, sample.id, A, "The leaflet says so.")
    gold_plan.change(session, dataset, GoldPlan(gold_share=0.2))
    queue(session, dataset, 80)
    for one in experts:
        work(session, dataset, one, dice, 25, f"before {one.id}")
        reviewing.next_slots(session, dataset, one, 1)
    open_ones = session.scalars(
        select(Slot.id).where(Slot.state == SlotState.OPEN).order_by(Slot.id.desc()).limit(2)
    ).all()
    session.execute(update(Slot).where(Slot.id == open_ones[0]).values(state=SlotState.CLOSED))
    session.execute(
        update(Slot)
        .where(Slot.id == open_ones[1])
        .values(state=SlotState.LEASED, expert_id=experts[0].id, leased_until=text("now() - interval '1 minute'"))
    )
    session.flush()
    return dataset, lead, experts


def test_undo_in_the_midst_of_other_work_restores_every_row(session: Session) -> None:
    for seed in range(3):
        dataset, lead, _ = a_place_at_work(session, random.Random(seed))
        before = everything(session)
        for key in ("first", "second"):  # the second after an undo of the first
            made = bulk.decide(session, dataset, lead, Stratum(), A, idempotency_key=f"{key} press {seed}", audits=7)
            assert made.settled
            assert made.count > made.settled
            assert made.audits == 7
            assert everything(session) != before
            bulk_undo.undo(session, dataset, made.id, lead)
            session.refresh(made)
            assert made.undone == {"restored": made.count, "left": 0}
            assert everything(session) == before


def test_what_experts_did_in_between_stands_and_the_rest_is_as_before(session: Session) -> None:
    dice = random.Random(7)
    dataset, lead, experts = a_place_at_work(session, dice)
    rows = text(
        "SELECT s.id, s::text, (SELECT string_agg(o::text, '|' ORDER BY id) FROM slots o WHERE sample_id = s.id) FROM samples s"
    )
    before = {row[0]: row[1:] for row in session.execute(rows)}
    made = bulk.decide(session, dataset, lead, Stratum(), A, idempotency_key="a press", audits=9)
    settled = set(session.scalars(text("SELECT sample_id FROM bulk_members WHERE settled_as IS NOT NULL")))
    for one in experts:
        work(session, dataset, one, dice, 12, f"after {one.id}")
    touched = set(
        session.scalars(
            text(
                "SELECT sample_id FROM reviews WHERE idempotency_key LIKE 'after %' UNION SELECT sample_id FROM slots"
                " WHERE state = 'leased'"
            )
        )
    )
    bulk_undo.undo(session, dataset, made.id, lead)
    session.refresh(made)
    assert made.undone["restored"] + made.undone["left"] == made.count
    after = {row[0]: row[1:] for row in session.execute(rows)}
    changed = {sample_id for sample_id in before if before[sample_id] != after[sample_id]}
    assert touched & settled, "audits of settled samples were answered"
    assert 0 < made.undone["left"] < made.count
    assert changed <= touched
    # Whoever decided with the bulk answer stands by it; nobody's sample waits with all its places filled.
    full = session.scalars(
        text(
            "SELECT s.id FROM samples s JOIN slots o ON o.sample_id = s.id AND o.purpose = 'review' AND o.state <> 'closed'"
            " WHERE s.state = 'queued' GROUP BY s.id HAVING bool_and(o.state = 'done')"
        )
    ).all()
    assert full == []
    standing = session.scalar(
        text("SELECT count(*) FROM reviews WHERE idempotency_key LIKE 'bulk %' AND undone_at IS NULL")
    )
    assert standing == made.undone["left"]


def test_a_closed_place_does_not_hold_a_sample_back(session: Session) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    lead = factories.make_user(session)
    made = queue(session, dataset, 4)
    second = select(Slot.id).where(Slot.sample_id == made[0].id, Slot.number == 2)
    session.execute(update(Slot).where(Slot.id.in_(second)).values(state=SlotState.CLOSED))
    assert bulk.decide(session, dataset, lead, Stratum(), A, idempotency_key="a press", audits=0).settled == 1
    assert states(session) == {"approved": 1, "queued": 3}


def test_many_are_flagged_where_answers_to_questions_differ(session: Session) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    gold_plan.change(session, dataset, GoldPlan(least_alike=0.5))
    people = [factories.make_user(session) for _ in range(2)]
    (sample,) = queue(session, dataset, 1)
    places = session.scalars(select(Slot).where(Slot.sample_id == sample.id, Slot.purpose == SlotPurpose.REVIEW)).all()
    for place, person, said in zip(places, people, ("yes", "no"), strict=True):
        review = factories.make_review(session, sample, person, A, number=100 + place.number)
        old, review.slot_id, review.answers = review.slot_id, place.id, {"is_clear": said}
        session.flush()
        session.execute(update(Slot).where(Slot.id == old).values(state="closed", purpose=SlotPurpose.AUDIT))
        session.execute(update(Slot).where(Slot.id == place.id).values(state=SlotState.DONE, expert_id=person.id))
    assert settling.outcomes(session, dataset, [sample.id]) == {sample.id: (SampleState.FLAGGED, None)}
    assert settling_many.settle(session, dataset, [sample.id]) == 1
    assert states(session) == {"flagged": 1}


def test_rows_are_looked_up_by_key_only_for_as_long_as_asked(session: Session) -> None:
    show = text("SELECT current_setting('enable_seqscan') || current_setting('enable_hashjoin')")
    dataset = factories.make_dataset(session)
    queue(session, dataset, 3)
    chosen.fill(session, np.array(session.scalars(select(Sample.id)).all()))
    with chosen.by_key(session):
        assert session.scalar(show) == "offoff"
    assert session.scalar(show) == "onon"
