"""The answers to a whole rubric: conditions, what is missing, who disagrees."""

from typing import Any

import pytest

from app.curation.answering import asked, checked, disagreements
from app.curation.rubric import Refused, loaded

ADVICE = {"kind": "single", "key": "advice", "title": "Is it right?", "options": ["Right", "Small error", "Harmful"]}
HARM = {"kind": "rating", "key": "harm", "title": "How harmful?", "when": "advice", "when_is": ["Harmful"], "on_reject": True}
WHY = {"kind": "text", "key": "why", "title": "Why so much?", "when": "harm", "when_is": ["4", "5"]}
NOTE = {"kind": "text", "key": "note", "title": "A note", "required": False}
QUESTIONS = loaded([ADVICE, HARM, WHY, NOTE])


def keys(answers: dict[str, Any]) -> list[str]:
    return [question.key for question in asked(QUESTIONS, answers)]


def test_a_condition_opens_a_question_and_that_one_the_next() -> None:
    assert keys({}) == ["advice", "note"]
    assert keys({"advice": "Harmful"}) == ["advice", "harm", "note"]
    assert keys({"advice": "Harmful", "harm": 4}) == ["advice", "harm", "why", "note"]
    assert keys({"advice": "Right", "harm": 4}) == ["advice", "note"], "what waits for a hidden question is hidden"


def test_answers_to_hidden_questions_are_left_out() -> None:
    assert checked(QUESTIONS, {"advice": "Right", "harm": 5, "why": "x"}, [], "approve") == {"advice": "Right"}


@pytest.mark.parametrize(("answers", "decided", "missing"), [
    ({}, "approve", "advice"),
    ({"advice": "Harmful"}, "approve", "harm"),
    ({"advice": "Harmful", "harm": 5}, "approve", "why"),
    ({"advice": "Harmful"}, "reject", "harm"),
])  # fmt: skip
def test_a_refusal_names_the_question(answers: dict[str, Any], decided: Any, missing: str) -> None:
    with pytest.raises(Refused) as refusal:
        checked(QUESTIONS, answers, [], decided)
    assert refusal.value.key == missing
    assert next(question.title for question in QUESTIONS if question.key == missing) in str(refusal.value)


@pytest.mark.parametrize(("answers", "decided"), [({}, ""), ({}, "reject"), ({"advice": "Right"}, "approve")])
def test_only_what_is_needed_must_be_answered(answers: dict[str, Any], decided: Any) -> None:
    assert checked(QUESTIONS, answers, [], decided) == answers


def test_wrong_answer_is_refused_whatever_was_decided() -> None:
    with pytest.raises(Refused) as refusal:
        checked(QUESTIONS, {"advice": "Nice"}, [], "")
    assert refusal.value.key == "advice"


def test_question_that_is_gone_is_told() -> None:
    with pytest.raises(Refused, match="have changed"):
        checked(QUESTIONS, {"old": "x"}, [], "")


def test_disagreements_name_the_questions() -> None:
    given = [{"advice": "Right", "note": "a"}, {"advice": "Harmful", "harm": 2, "note": "b"}, {"harm": 2}]

    assert [question.key for question in disagreements(QUESTIONS, given)] == ["advice"]


@pytest.mark.parametrize("stored", [
    [ADVICE, ADVICE],
    [HARM, ADVICE],
    [HARM | {"when": "harm", "when_is": ["4"]}],
    [ADVICE, HARM | {"when_is": []}],
    [ADVICE, HARM | {"when_is": ["Nice"]}],
    [NOTE, WHY | {"when": "note", "when_is": ["x"]}],
    [ADVICE | {"per_turn": "assistant"}, HARM],
    [ADVICE | {"options": ["Right", "right"]}],
    [ADVICE | {"options": ["Right"]}],
    [HARM | {"when": "", "low": 5, "high": 2}],
    [{"kind": "nose", "key": "a", "title": "b"}],
    [ADVICE | {"key": "Advice!"}],
])  # fmt: skip
def test_rubric_that_cannot_be_asked_is_refused(stored: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError):
        loaded(stored)
