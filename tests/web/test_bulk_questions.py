"""The rubric's questions on the page that decides on many: answered once for all, or left open and said so."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.rubric import loaded
from app.models import BulkAction, Dataset, Decision, Review, Rubric
from app.services import answered_once, gold_plan, reviewing, rubrics
from app.services.gold_plan import GoldPlan
from app.web.wording import SPACE
from tests import factories
from tests.services.standing import fingerprint
from tests.services.test_acceptance import queue, states

FORM = {"decision": "approve", "key": "a key of this page", "audits": "0"}
RIGHT = {"kind": "single", "key": "right", "title": "Is it right?", "options": ["yes", "no"]}
QUESTIONS = loaded(
    [
        RIGHT,
        {
            "kind": "single",
            "key": "why",
            "title": "What lacks?",
            "options": ["a dose", "a source"],
            "when": "right",
            "when_is": ["no"],
        },
        {"kind": "single", "key": "tone", "title": "Is the tone kind?", "options": ["yes", "no"], "required": False},
        {
            "kind": "single",
            "key": "each",
            "title": "Is this answer good?",
            "options": ["yes", "no"],
            "per_turn": "assistant",
        },
        {"kind": "span", "key": "marked", "title": "Which words are wrong?", "options": ["wrong", "vague"]},
    ]
)


@pytest.fixture
def rubric(session: Session, dataset: Dataset) -> Rubric:
    made = rubrics.save(session, dataset, factories.make_user(session), QUESTIONS, 0)
    assert made is not None
    return made


@pytest.fixture
def place(dataset: Dataset) -> str:
    return f"/datasets/{dataset.id}/samples/decide"


def test_questions_about_a_sample_s_own_words_are_not_asked_of_all() -> None:
    assert [one.key for one in answered_once.offered(QUESTIONS)] == ["right", "why", "tone"]
    assert [one.key for one in answered_once.left_open(QUESTIONS, {}, Decision.APPROVE)] == ["right", "each", "marked"]
    assert [one.key for one in answered_once.left_open(QUESTIONS, {"right": "no"}, Decision.APPROVE)] == [
        "why",
        "each",
        "marked",
    ]
    assert answered_once.left_open(QUESTIONS, {}, Decision.REJECT) == []


def test_answers_are_stored_with_each_review_and_go_with_the_undo(session, dataset, rubric, place, lena) -> None:
    queue(session, dataset, 5)
    before = fingerprint(session)
    page = lena.get(place).text.replace(SPACE, " ")
    assert "Is it right?" in page
    assert "Only if “Is it right?” is no." in page
    assert 'data-question="marked"' not in page
    assert "3 questions must be answered" in page
    sent = FORM | {"rubric": str(rubric.id), "a.right": "no", "a.why": "a dose"}
    made = lena.post(place, data=sent).headers["Location"]
    stored = session.execute(select(Review.rubric_id, Review.answers, Review.decision)).all()
    assert stored == [(rubric.id, {"right": "no", "why": "a dose"}, Decision.APPROVE)] * 5
    shown = lena.get(made).text
    assert "a dose" in shown
    assert "Questions left open" in shown
    assert "Which words are wrong?" in shown
    lena.post(f"{made}/undo")
    assert fingerprint(session) == before


def test_what_is_not_asked_is_not_stored_and_nothing_need_be_answered(session, dataset, rubric, place, lena) -> None:
    queue(session, dataset, 3)
    made = lena.post(place, data=FORM | {"rubric": str(rubric.id), "a.right": "", "a.why": "a dose"}).headers[
        "Location"
    ]
    assert states(session) == {"approved": 3}
    assert session.scalars(select(BulkAction)).one().answers == {}
    assert set(session.scalars(select(Review.rubric_id))) == {None}
    page = lena.get(made).text
    assert "Questions left open" in page
    assert "Is it right?" in page
    assert "Answers to questions" not in page


def test_a_wrong_answer_is_refused_and_what_was_typed_stays(session, dataset, rubric, place, lena) -> None:
    queue(session, dataset, 3)
    sent = {"rubric": str(rubric.id), "a.right": "perhaps", "a.tone": "no", "comment": "As agreed."}
    refused = lena.post(place, data=FORM | sent)
    assert refused.status_code == 422
    assert "Nothing was decided yet" in refused.text
    assert "As agreed." in refused.text
    assert refused.text.count(" checked") == 1
    assert states(session) == {"queued": 3}
    for strange in ({"a.nosuch": "yes"}, {"rubric": "999999", "a.right": "yes"}, {"a.marked": '[{"start": 0}]'}):
        assert lena.post(place, data=FORM | strange).status_code == 422
    assert states(session) == {"queued": 3}


def test_without_questions_the_page_asks_none(session, dataset, place, lena) -> None:
    queue(session, dataset, 3)
    assert "Answer the questions once" not in lena.get(place).text
    assert lena.post(place, data=FORM | {"a.right": "yes"}).status_code == 422


def test_answers_for_all_are_weighed_against_those_of_a_colleague(session, dataset, place, lena) -> None:
    dataset.reviews_per_sample = 2
    gold_plan.change(session, dataset, GoldPlan(least_alike=0.9))
    bob = factories.make_user(session)
    made = rubrics.save(session, dataset, bob, loaded([RIGHT]), 0)
    queue(session, dataset, 2)
    for said in ("yes", "no"):
        (slot,) = reviewing.next_slots(session, dataset, bob, 1)
        key = f"of bob's {said}"
        reviewing.submit(session, dataset, bob, slot.id, Decision.APPROVE, idempotency_key=key, answers={"right": said})
    lena.post(place, data=FORM | {"rubric": str(made.id), "a.right": "no"})
    assert states(session) == {"flagged": 1, "approved": 1}
