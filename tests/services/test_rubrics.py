"""Versions of a rubric, and answers checked when an expert submits."""

from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.rubric import Question, loaded
from app.curation.rubric_starts import STARTS
from app.curation.sample import Form, Json
from app.models import Dataset, Decision, Review, Rubric, Sample, SampleState, User
from app.services import asking, histories, reviewing, rubric_changes, rubrics
from app.services.errors import Conflict, Invalid, NotFound
from tests import factories

_keys = count(1)
ADVICE: Json = {"kind": "single", "key": "advice", "title": "Is it right?", "options": ["Right", "Wrong"]}
WHY: Json = {"kind": "text", "key": "why", "title": "Why?", "when": "advice", "when_is": ["Wrong"], "on_reject": True}
NOTE: Json = {"kind": "text", "key": "note", "title": "A note", "required": False}


@pytest.fixture
def expert(session: Session, dataset: Dataset) -> User:
    return factories.make_user(session, "Bob")


@pytest.fixture
def samples(session: Session, dataset: Dataset) -> list[Sample]:
    made = factories.make_samples(session, factories.make_corpus(session, dataset), 3, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))
    return made


def ask(session: Session, dataset: Dataset, by: User, *stored: Json) -> Rubric:
    newest = rubrics.current(session, dataset)
    made = rubrics.save(session, dataset, by, loaded(stored), newest.version if newest else 0)
    assert made is not None
    return made


def answer(
    session: Session, dataset: Dataset, expert: User, decision: Decision = Decision.APPROVE, **options: Any
) -> Review:
    slot = reviewing.next_slots(session, dataset, expert)[0]
    return reviewing.submit(
        session, dataset, expert, slot.id, decision, idempotency_key=f"press-{next(_keys)}", **options
    ).review


def test_each_change_is_a_version_and_no_change_is_none(session: Session, dataset: Dataset, expert: User) -> None:
    first = ask(session, dataset, expert, ADVICE)
    again = ask(session, dataset, expert, ADVICE)
    second = ask(session, dataset, expert, ADVICE, NOTE)

    assert (first.version, again.id, second.version) == (1, first.id, 2)
    assert [question["key"] for question in first.questions] == ["advice"]
    assert [row.version for row, _ in rubrics.history(session, dataset)] == [2, 1]
    assert rubrics.version(session, dataset, 1).id == first.id
    with pytest.raises(NotFound):
        rubrics.version(session, dataset, 3)


def test_who_was_slower_is_told(session: Session, dataset: Dataset, expert: User) -> None:
    ask(session, dataset, expert, ADVICE)
    with pytest.raises(Conflict):
        rubrics.save(session, dataset, expert, loaded([NOTE]), 0)
    assert session.scalar(select(func.count()).select_from(Rubric)) == 1


def question(stored: Json) -> Question:
    return loaded([stored])[0]


def test_questions_are_added_changed_moved_and_removed(session: Session, dataset: Dataset, expert: User) -> None:
    do = (session, dataset, expert)
    rubric_changes.add(*do, question(ADVICE), 0)
    rubric_changes.add(*do, question(NOTE), 1)
    rubric_changes.move(*do, "note", -1, 2)
    rubric_changes.change(*do, question(NOTE | {"title": "Anything else?"}), 3)
    newest = rubrics.current(session, dataset)
    assert newest is not None
    assert [one["title"] for one in newest.questions] == ["Anything else?", "Is it right?"]
    rubric_changes.move(*do, "note", -1, 4)
    rubric_changes.remove(*do, "note", 4)
    newest = rubrics.current(session, dataset)
    assert newest is not None
    assert (newest.version, [one["key"] for one in newest.questions]) == (5, ["advice"])
    for gone in (
        lambda: rubric_changes.remove(*do, "note", 5),
        lambda: rubric_changes.move(*do, "note", 1, 5),
        lambda: rubric_changes.change(*do, question(NOTE), 5),
        lambda: rubric_changes.start(*do, "nothing", 5),
    ):
        with pytest.raises(NotFound):
            gone()


def test_question_that_another_waits_for_stays_above_it(session: Session, dataset: Dataset, expert: User) -> None:
    ask(session, dataset, expert, ADVICE, WHY)
    for refused in (
        lambda: rubric_changes.remove(session, dataset, expert, "advice", 1),
        lambda: rubric_changes.move(session, dataset, expert, "why", -1, 1),
    ):
        with pytest.raises(Invalid):
            refused()


@pytest.mark.parametrize("name", STARTS)
def test_ready_made_rubrics_can_be_asked_twice_over(
    session: Session, dataset: Dataset, expert: User, name: str
) -> None:
    rubric_changes.start(session, dataset, expert, name, 0)
    rubric_changes.start(session, dataset, expert, name, 1)
    newest = rubrics.current(session, dataset)

    found = rubrics.questions(newest)
    assert len(found) == 2 * len(STARTS[name].questions)
    assert len({one.key for one in found}) == len(found)


def test_name_of_a_question_is_never_given_twice(session: Session, dataset: Dataset, expert: User) -> None:
    assert rubrics.new_key(session, dataset, "Is it right?") == "is_it_right"
    ask(session, dataset, expert, ADVICE | {"key": "is_it_right"})
    ask(session, dataset, expert, NOTE)

    assert rubrics.new_key(session, dataset, "Is it right?") == "is_it_right_2"
    assert rubrics.new_key(session, dataset, "هل هذا صحيح؟") == "question"
    assert rubrics.new_key(session, dataset, "2 things") == "question_2_things"


def test_answered_question_keeps_its_kind(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    ask(session, dataset, expert, ADVICE)
    ask(session, dataset, expert, NOTE | {"key": "advice"})
    ask(session, dataset, expert, ADVICE)
    answer(session, dataset, expert, answers={"advice": "Right"})

    for other in (NOTE | {"key": "advice"}, ADVICE | {"per_turn": "assistant"}):
        with pytest.raises(Conflict, match="already"):
            rubric_changes.change(session, dataset, expert, question(other), 3)
    rubric_changes.change(session, dataset, expert, question(ADVICE | {"options": ["Yes", "No"]}), 3)
    assert rubrics.is_answered(session, dataset, "advice")


def test_answers_are_stored_with_their_version(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    rubric = ask(session, dataset, expert, ADVICE, WHY, NOTE)
    review = answer(session, dataset, expert, answers={"advice": "Right", "why": "no reason"}, suggestions_shown=True)

    assert (review.rubric_id, review.answers, review.suggestions_shown) == (rubric.id, {"advice": "Right"}, True)
    assert samples[0].state is SampleState.APPROVED


@pytest.mark.parametrize(("decision", "options", "answers", "field"), [
    (Decision.APPROVE, {}, {}, "advice"),
    (Decision.APPROVE, {}, {"advice": "Wrong"}, "why"),
    (Decision.APPROVE, {}, {"advice": "Nice"}, "advice"),
    (Decision.REJECT, {"reason": "wrong"}, {"advice": "Wrong"}, "why"),
    (Decision.SKIP, {}, {"advice": "Nice"}, "advice"),
])  # fmt: skip
def test_refusal_names_the_question_and_saves_nothing(
    session: Session,
    dataset: Dataset,
    expert: User,
    samples: list[Sample],
    decision: Decision,
    options: Json,
    answers: Json,
    field: str,
) -> None:
    ask(session, dataset, expert, ADVICE, WHY)
    with pytest.raises(Invalid) as refusal:
        answer(session, dataset, expert, decision, answers=answers, **options)

    assert refusal.value.field == field
    assert session.scalar(select(func.count()).select_from(Review)) == 0


@pytest.mark.parametrize(("decision", "options"), [
    (Decision.SKIP, {}), (Decision.FLAG, {"comment": "Look."}), (Decision.REJECT, {"reason": "wrong"}),
])  # fmt: skip
def test_what_is_not_approved_needs_no_answers(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample], decision: Decision, options: Json
) -> None:
    ask(session, dataset, expert, ADVICE, WHY)

    assert answer(session, dataset, expert, decision, **options).answers == {}


def test_what_was_asked_when_the_page_was_opened_counts(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    old = ask(session, dataset, expert, ADVICE)
    ask(session, dataset, expert, NOTE | {"required": True})

    review = answer(session, dataset, expert, answers={"advice": "Right"}, rubric_id=old.id)
    assert (review.rubric_id, review.answers) == (old.id, {"advice": "Right"})
    with pytest.raises(Invalid, match="have changed"):
        answer(session, dataset, expert, answers={"advice": "Right"})


def test_rubric_of_another_dataset_is_not_answered(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    other = ask(session, factories.make_dataset(session), expert, ADVICE)
    for given in ({"rubric_id": other.id}, {"answers": {"advice": "Right"}}):
        with pytest.raises(Invalid):
            answer(session, dataset, expert, **given)


def test_answers_that_differ_do_not_keep_a_sample_from_being_decided(session: Session, expert: User) -> None:
    dataset = factories.make_dataset(session, reviews_per_sample=2)
    sample = factories.make_samples(session, factories.make_corpus(session, dataset), state=SampleState.QUEUED)[0]
    reviewing.open_slots(session, dataset, select(Sample.id).where(Sample.id == sample.id))
    rubric = ask(session, dataset, expert, ADVICE)
    given = [{"advice": "Right"}, {"advice": "Wrong"}]
    for answers in given:
        answer(session, dataset, factories.make_user(session), answers=answers)

    assert sample.state is SampleState.APPROVED
    assert rubrics.disagrees(rubric, given) == ["advice"]
    assert rubrics.disagrees(rubric, given[:1] * 2) == []
    assert rubrics.disagrees(None, given) == []


def test_answers_come_back_with_the_sample(
    session: Session, dataset: Dataset, expert: User, samples: list[Sample]
) -> None:
    ask(session, dataset, expert, ADVICE)
    answer(session, dataset, expert, answers={"advice": "Right"})
    reviewing.undo(session, dataset, expert)

    assert asking.of_subject(session, dataset, samples[0], expert).answers == {"advice": "Right"}
    assert asking.of_subject(session, dataset, samples[1], expert).answers == {}


def test_turns_that_came_and_went_are_told_one_by_one() -> None:
    before = {"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So. Human: And?"}]}
    after = {
        "messages": [
            {"role": "user", "content": "Why?"},
            {"role": "assistant", "content": "So."},
            {"role": "user", "content": "And?"},
            {"role": "assistant", "content": "That is all."},
        ]
    }
    assert histories.changes(Form.CHAT, before, after) == [
        histories.Change("assistant", "So. Human: And?", "So."),
        histories.Change("user", "", "And?"),
        histories.Change("assistant", "", "That is all."),
    ]
    assert histories.changes(Form.CHAT, after, before)[-1] == histories.Change("assistant", "That is all.", "")


def test_conversation_with_other_turns_comes_back_to_the_desk(session: Session, dataset: Dataset, expert: User) -> None:
    from datetime import UTC, datetime

    from app.services import desk

    corpus = factories.make_corpus(session, dataset)
    sample = factories.make_samples(session, corpus, 1, form=Form.CHAT, state=SampleState.QUEUED)[0]
    original = dict(sample.content)
    reviewing.open_slots(session, dataset, select(Sample.id))
    edits, roles = {2: "And then?", 3: "Rest."}, {0: "user", 1: "assistant", 2: "user", 3: "assistant"}
    answer(session, dataset, expert, edits=edits, layout="0,1,+,+", roles=roles)
    assert sample.revision_id is not None
    reviewing.undo(session, dataset, expert)

    subject = desk.lay_out(session, dataset, expert, datetime.now(UTC)).subject
    assert subject is not None
    assert [(turn.origin, turn.role) for turn in subject.turns] == [
        (0, "user"),
        (1, "assistant"),
        (None, "user"),
        (None, "assistant"),
    ]
    assert subject.turns[3].text == "Rest."
    assert subject.was_edited
    assert sample.content == original


def test_conversation_that_is_none_is_refused(session: Session, dataset: Dataset, expert: User) -> None:
    corpus = factories.make_corpus(session, dataset)
    factories.make_samples(session, corpus, 1, form=Form.CHAT, state=SampleState.QUEUED)
    reviewing.open_slots(session, dataset, select(Sample.id))

    for bad in ({"layout": "0"}, {"layout": "0,1,+", "roles": {2: "user"}, "edits": {2: " "}}, {"layout": "0,1,+"}):
        with pytest.raises(Invalid):
            answer(session, dataset, expert, **bad)  # type: ignore[arg-type]
    assert answer(session, dataset, expert, layout="0,1").revision_id is None
