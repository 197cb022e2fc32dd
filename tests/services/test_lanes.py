"""Who is asked about what: nobody sees a sample outside their lanes, and no desk is empty while one waits in them."""

import threading
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app import db
from app.models import Batch, Dataset, Decision, Membership, Sample, SampleField, SampleState, Slot, SlotState, User
from app.services import claiming, desk, lanes, queue_order, reviewing
from tests import factories
from tests.services.test_reviewing import answer


def waiting(session: Session, dataset: Dataset, count: int = 1, **corpus: Any) -> list[Sample]:
    made = factories.make_samples(
        session, factories.make_corpus(session, dataset, **corpus), count, state=SampleState.QUEUED
    )
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


def member(session: Session, dataset: Dataset, **declared: list[str]) -> User:
    user = factories.make_user(session)
    joined = factories.join(session, dataset, user)
    for name, values in declared.items():
        setattr(joined, name, values)
    session.flush()
    return user


def taken(session: Session, dataset: Dataset, expert: User, count: int = 9) -> list[int]:
    found = [slot.sample_id for slot in reviewing.next_slots(session, dataset, expert, count)]
    session.execute(update(Slot).where(Slot.state == SlotState.LEASED).values(state=SlotState.OPEN, expert_id=None))
    return found


def ids(*samples: list[Sample]) -> list[int]:
    return [sample.id for part in samples for sample in part]


def test_a_field_goes_to_those_who_declare_it_or_nothing(session: Session, dataset: Dataset) -> None:
    hearts, taxes, free = (waiting(session, dataset, field=field) for field in ("Cardiology", "Tax  law", ""))
    queue_order.arrange(session, dataset)

    assert taken(session, dataset, member(session, dataset, fields=["cardiology"])) == ids(hearts, free)
    assert taken(session, dataset, member(session, dataset, fields=["tax law", "surgery"])) == ids(taxes, free)
    assert taken(session, dataset, member(session, dataset)) == ids(hearts, taxes, free)
    assert taken(session, dataset, factories.make_user(session, is_admin=True)) == ids(hearts, taxes, free)


def test_a_group_s_samples_go_to_its_members_only(session: Session, dataset: Dataset) -> None:
    theirs, free = waiting(session, dataset, for_group="Board"), waiting(session, dataset)
    queue_order.arrange(session, dataset)

    assert taken(session, dataset, member(session, dataset, groups=["board"])) == ids(theirs, free)
    assert taken(session, dataset, member(session, dataset)) == ids(free)


def test_a_field_and_a_group_must_both_fit(session: Session, dataset: Dataset) -> None:
    both = waiting(session, dataset, field="cardiology", for_group="board")
    queue_order.arrange(session, dataset)

    assert taken(session, dataset, member(session, dataset, fields=["surgery"], groups=["board"])) == []
    assert taken(session, dataset, member(session, dataset, fields=["cardiology"])) == []
    assert taken(session, dataset, member(session, dataset, fields=["cardiology"], groups=["board"])) == ids(both)


def test_ranks_count_across_lanes(session: Session, dataset: Dataset) -> None:
    first, second = (waiting(session, dataset, 2, field=field) for field in ("a", "b"))
    queue_order.arrange(session, dataset)
    session.execute(update(Slot).where(Slot.sample_id == second[1].id).values(rank=-1))

    assert taken(session, dataset, member(session, dataset)) == [second[1].id, *ids(first), second[0].id]


def test_a_lead_s_word_about_one_sample_stands_above_the_corpus(session: Session, dataset: Dataset) -> None:
    hearts = waiting(session, dataset, 2, field="cardiology")
    session.add(SampleField(sample_id=hearts[1].id, field="surgery"))
    queue_order.arrange(session, dataset)

    assert taken(session, dataset, member(session, dataset, fields=["surgery"])) == [hearts[1].id]
    assert taken(session, dataset, member(session, dataset, fields=["cardiology"])) == [hearts[0].id]


def test_a_batch_s_group_stands_above_the_corpus_s(session: Session, dataset: Dataset) -> None:
    samples = waiting(session, dataset, 2, for_group="board")
    batch = Batch(dataset_id=dataset.id, name="Friday", for_group="night shift")
    session.add(batch)
    session.flush()
    session.execute(update(Slot).where(Slot.sample_id == samples[1].id).values(batch_id=batch.id))
    queue_order.arrange(session, dataset)

    assert taken(session, dataset, member(session, dataset, groups=["night shift"])) == [samples[1].id]
    assert taken(session, dataset, member(session, dataset, groups=["board"])) == [samples[0].id]


def test_not_my_field_passes_a_sample_on_for_good(session: Session, dataset: Dataset) -> None:
    samples = waiting(session, dataset, 2)
    tired, other = member(session, dataset), member(session, dataset)

    review = answer(session, dataset, tired, Decision.SKIP, reason="field").review

    assert (review.reason, review.decision) == ("field", Decision.SKIP)
    assert taken(session, dataset, tired) == [samples[1].id]
    assert taken(session, dataset, other) == ids(samples)


@pytest.mark.parametrize(
    ("declared", "emptiness"), [({"fields": ["surgery"]}, "not_yours"), ({"fields": ["cardiology"]}, "")]
)
def test_the_desk_says_what_is_not_for_this_expert(
    session: Session, dataset: Dataset, declared: dict[str, list[str]], emptiness: str
) -> None:
    waiting(session, dataset, field="cardiology")
    queue_order.arrange(session, dataset)

    assert (
        desk.lay_out(session, dataset, member(session, dataset, **declared), dataset.created_at).emptiness == emptiness
    )


def test_lanes_that_nobody_serves_are_known(session: Session, dataset: Dataset) -> None:
    for field in ("cardiology", "surgery"):
        waiting(session, dataset, field=field)
    queue_order.arrange(session, dataset)
    expert = member(session, dataset, fields=["cardiology"])

    assert [lane.field for lane in lanes.unserved(session, dataset.id)] == ["surgery"]
    session.execute(update(Membership).where(Membership.user_id == expert.id).values(fields=["surgery", "cardiology"]))
    assert lanes.unserved(session, dataset.id) == []


def test_a_new_place_of_a_sample_joins_the_lane_of_the_others(session: Session, dataset: Dataset) -> None:
    (sample,) = waiting(session, dataset, field="cardiology")
    queue_order.arrange(session, dataset)
    session.execute(update(Slot).values(rank=7))
    dataset.reviews_per_sample = 2
    reviewing.open_slots(session, dataset, select(Sample.id))

    places = session.execute(select(Slot.lane, Slot.rank).where(Slot.sample_id == sample.id)).all()
    assert list(places) == [("|cardiology|", 7)] * 2


def test_nobody_sees_an_empty_desk_while_the_only_sample_is_just_being_given_back(database: str) -> None:
    """A transaction has locked the only place and will leave it free: the claim waits instead of passing it over."""
    with db.transaction() as session:
        dataset = factories.make_dataset(session)
        (sample,) = waiting(session, dataset)
        expert = member(session, dataset)
        dataset_id, expert_id, sample_id = dataset.id, expert.id, sample.id
    with db.transaction() as other:
        other.execute(text("UPDATE slots SET rank = 5"))
        letting_go = threading.Timer(0.2, other.commit)
        letting_go.start()
        with db.transaction() as session:
            slots = reviewing.next_slots(
                session, session.get_one(Dataset, dataset_id), session.get_one(User, expert_id), 2
            )
            assert [slot.sample_id for slot in slots] == [sample_id]
        letting_go.join()


def test_a_claim_walks_the_index_of_free_places(session: Session, dataset: Dataset) -> None:
    """However many places there are: each lane is entered where its first free place is."""
    corpus = factories.make_corpus(session, dataset)
    samples = factories.make_samples(session, corpus, 2, state=SampleState.QUEUED)
    session.execute(
        text("""
        INSERT INTO slots (dataset_id, sample_id, number, lane, rank)
        SELECT :dataset, :sample, n, 'lane ' || n % 20, n FROM generate_series(1, 20000) AS n
    """),
        {"dataset": dataset.id, "sample": samples[0].id},
    )
    session.execute(text("ANALYZE slots"))
    for statement in (claiming._FREE, claiming._LANES):
        values = {
            "dataset": dataset.id, "expert": 1, "seconds": 60, "lane": "lane 3",
            "lanes": [f"lane {n}" for n in range(20)],
        }  # fmt: skip
        plan = "\n".join(session.scalars(text(f"EXPLAIN {statement.text}"), values))
        assert "ix_slots_open" in plan
        assert "Bitmap" not in plan
        assert "Seq Scan on slots" not in plan
