"""Many settled at once are what each would be alone."""

import random

import numpy as np
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.models import Decision, Revision, Sample, SampleState, Slot, SlotPurpose, SlotState
from app.services import chosen, settling, settling_many
from tests import factories
from tests.services.test_acceptance import queue

ANSWERS = [Decision.APPROVE, Decision.APPROVE, Decision.REJECT, Decision.FLAG, None]


def fill(session: Session, sample: Sample, dice: random.Random, people: list) -> None:
    """Some answers by others, and one plain answer as a bulk action gives it."""
    places = session.scalars(select(Slot).where(Slot.sample_id == sample.id).order_by(Slot.number)).all()
    plain = dice.choice([Decision.APPROVE, Decision.REJECT])
    for place, person in zip(places, people, strict=True):
        decision = plain if person is people[0] else dice.choice([plain, plain, *ANSWERS])
        if decision is None:
            continue
        revision = None
        if person is not people[0] and decision is Decision.APPROVE and dice.random() < 0.3:
            revision = Revision(sample_id=sample.id, content={"prompt": "p", "response": "r"}, author_id=person.id)
            session.add(revision)
            session.flush()
        review = factories.make_review(session, sample, person, decision, number=100 + place.number)
        old, review.slot_id = review.slot_id, place.id
        review.revision_id = revision.id if revision else None
        session.flush()
        session.execute(update(Slot).where(Slot.id == old).values(state="closed", purpose=SlotPurpose.AUDIT))
        session.execute(update(Slot).where(Slot.id == place.id).values(state=SlotState.DONE, expert_id=person.id))


def test_many_are_settled_as_each_would_be_alone(session: Session) -> None:
    dice = random.Random(4)
    people = [factories.make_user(session) for _ in range(3)]
    for reviews in (1, 2, 3):
        dataset = factories.make_dataset(session, reviews_per_sample=reviews)
        made = queue(session, dataset, 25)
        for sample in made:
            fill(session, sample, dice, people[:reviews])
        ids = [sample.id for sample in made]

        def outcome(ids: list[int] = ids) -> list[tuple[object, ...]]:
            session.expire_all()
            columns = (Sample.id, Sample.state, Sample.revision_id, Sample.decided_at)
            return [
                tuple(row) for row in session.execute(select(*columns).where(Sample.id.in_(ids)).order_by(Sample.id))
            ]

        with session.begin_nested() as attempt:
            for sample in made:
                settling.settle(session, sample)
            session.flush()
            alone = outcome()
            attempt.rollback()
        session.expire_all()
        settled = settling_many.settle(session, dataset, ids)
        assert outcome() == alone
        assert settled == sum(row[1] is not SampleState.QUEUED for row in alone)
        assert len({row[1] for row in alone}) >= 2


def test_moves_are_counted_together(session: Session) -> None:
    dataset = factories.make_dataset(session)
    queue(session, dataset, 5)
    chosen.fill(session, np.array(session.scalars(select(Sample.id)).all()))
    update_all = (
        "UPDATE samples SET state = 'approved' FROM chosen WHERE samples.id = chosen.id AND dataset_id = :dataset"
    )
    before = session.scalar(text("SELECT count(*) FROM state_counts"))
    assert chosen.move(session, dataset.id, update_all, {}) == 5
    assert session.scalar(text("SELECT count(*) FROM state_counts")) == (before or 0) + 2
