"""Suggestions: loaded line by line, shown when the lead wants it, and how much they steer."""

from itertools import count
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.rubric import loaded
from app.models import Dataset, Decision, Review, Sample, SampleState, Suggestion, User
from app.services import anchoring, asking, reviewing, rubrics, suggesting
from app.services.errors import Invalid
from tests import factories

_keys = count(1)
ADVICE = {"kind": "single", "key": "advice", "title": "Is it right?", "options": ["Right", "Wrong"], "required": False}


@pytest.fixture
def expert(session: Session, dataset: Dataset) -> User:
    return factories.make_user(session, "Bob")


@pytest.fixture
def samples(session: Session, dataset: Dataset, expert: User) -> list[Sample]:
    made = factories.make_samples(session, factories.make_corpus(session, dataset), 4, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    rubrics.save(session, dataset, expert, loaded([ADVICE]), 0)
    return made


def line(**fields: Any) -> bytes:
    return orjson.dumps({"question": "advice", "value": "Wrong", "source": "a model", "score": 0.8, **fields})


def answer(session: Session, dataset: Dataset, expert: User, **options: Any) -> Review:
    slot = reviewing.next_slots(session, dataset, expert, 1)[0]
    press = f"press-{next(_keys)}"
    return reviewing.submit(
        session, dataset, expert, slot.id, Decision.APPROVE, idempotency_key=press, **options
    ).review


def test_sample_is_named_by_number_place_or_content(session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    one, two, three, four = samples
    lines = [
        line(id=one.id), line(id=str(two.id)), b"", line(id=f"{three.file}:{three.position}"), line(content=four.content),
    ]  # fmt: skip
    result = suggesting.load(session, dataset, lines)

    assert (result.stored, result.refused) == (4, [])
    stored = session.scalars(select(Suggestion).order_by(Suggestion.sample_id)).all()
    assert [row.sample_id for row in stored] == [sample.id for sample in samples]
    assert (stored[0].value, stored[0].source, stored[0].score) == ("Wrong", "a model", 0.8)


def test_what_a_source_says_later_stands(session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    suggesting.load(session, dataset, [line(id=samples[0].id), line(id=samples[0].id, source="another")])
    suggesting.load(
        session, dataset, [line(id=samples[0].id, value="Wrong"), line(id=samples[0].id, value="Right", score=None)]
    )

    found = suggesting.of_sample(session, samples[0].id)
    assert [(one.source, one.value, one.score) for one in found] == [
        ("another", "Wrong", 0.8),
        ("a model", "Right", None),
    ]
    assert suggesting.count(session, dataset) == 2


def test_refused_lines_are_told_with_their_number(session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    other = factories.make_samples(session, factories.make_corpus(session, factories.make_dataset(session)))[0]
    good = line(id=samples[0].id)
    lines = [good, b"{", b"[]", line(id=other.id), line(id=samples[0].id, value="Nice"), line(id=samples[0].id, question="x"),
             line(id=samples[0].id, score="high"), line(id=samples[0].id, source=" "), line(id=True), line()]  # fmt: skip
    result = suggesting.load(session, dataset, lines)

    assert result.stored == 1
    assert sorted(number for number, _ in result.refused) == list(range(2, 11))
    assert all(why.endswith(".") for _, why in result.refused)


def test_nothing_is_suggested_where_nothing_is_asked(session: Session) -> None:
    with pytest.raises(Invalid):
        suggesting.load(session, factories.make_dataset(session), [line(id=1)])


def test_suggestions_wait_for_the_experts_own_answer(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    suggesting.load(session, dataset, [line(id=samples[0].id)])
    assert asking.of_subject(session, dataset, samples[0], expert).suggestions == {}
    answer(session, dataset, expert, answers={"advice": "Right"})

    revealed = asking.revealed(session, dataset, expert)
    assert revealed is not None
    assert [(one.source, one.words, one.own, one.agrees) for one in revealed.said] == [
        ("a model", "Wrong", "Right", False)
    ]
    assert revealed.others == revealed.said
    reviewing.undo(session, dataset, expert, revealed.review_id)
    assert asking.revealed(session, dataset, expert) is None
    assert [*asking.of_subject(session, dataset, samples[0], expert).suggestions] == ["advice"], (
        "they have seen it by now"
    )


def test_suggestions_are_shown_at_once_where_the_lead_wants_it(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    suggesting.load(session, dataset, [line(id=samples[0].id)])
    suggesting.choose(session, dataset, "before")

    assert [one.value for one in asking.of_subject(session, dataset, samples[0], expert).suggestions["advice"]] == [
        "Wrong"
    ]
    answer(session, dataset, expert, answers={"advice": "Right"}, suggestions_shown=True)
    assert asking.revealed(session, dataset, expert) is None, "what was seen before needs no telling"


def test_half_of_them_by_lot(session: Session, dataset: Dataset) -> None:
    suggesting.choose(session, dataset, "half")
    open_ = [suggesting.is_open(dataset, sample, expert) for sample in range(100) for expert in range(20)]

    assert 900 < sum(open_) < 1100
    assert open_ == [suggesting.is_open(dataset, sample, expert) for sample in range(100) for expert in range(20)]


def test_choice_keeps_the_rest_of_the_plan(session: Session, dataset: Dataset) -> None:
    dataset.review_plan = {"batch": 25}
    session.flush()
    suggesting.choose(session, dataset, "before")
    session.refresh(dataset)

    assert dataset.review_plan == {"batch": 25, "suggestions": "before"}


def test_lift_counts_first_answers_seen_and_unseen(session: Session, dataset: Dataset, samples: list[Sample]) -> None:
    suggesting.load(session, dataset, [line(id=sample.id) for sample in samples])
    for number, (said, shown) in enumerate([("Wrong", True), ("Wrong", True), ("Right", False), ("Wrong", False)]):
        expert = factories.make_user(session)
        factories.make_review(
            session, samples[number], expert, number=5, answers={"advice": said}, suggestions_shown=shown
        )
        # What they say after they have seen it does not count.
        factories.make_review(
            session, samples[number], expert, number=6, answers={"advice": "Right"}, suggestions_shown=True
        )
    factories.make_review(session, samples[0], factories.make_user(session), number=7, suggestions_shown=True)

    (lift,) = anchoring.lifts(session, dataset)
    assert (lift.question, lift.source) == ("advice", "a model")
    assert (lift.shown.same, lift.shown.of, lift.hidden.same, lift.hidden.of) == (2, 2, 1, 2)
    assert lift.difference == 0.5
    assert lift.interval[0] < 0 < lift.interval[1]
    assert not lift.steers


def test_what_is_not_known_is_not_a_difference() -> None:
    lift = anchoring.Lift("advice", "a model", anchoring.Share(5, 5), anchoring.Share(0, 0))
    assert lift.difference is None
    assert not lift.steers
    assert anchoring.Lift("a", "b", anchoring.Share(90, 100), anchoring.Share(50, 100)).steers
