"""The answers to a whole rubric: which questions are asked at all, what is missing, and who disagrees where."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, Literal, TypeAlias

from app.curation.rubric import Question, Refused
from app.curation.sample import Json, Turn
from app.messages import say

Decided: TypeAlias = Literal["approve", "reject", ""]
"""For what the answers are needed; "" for nothing: then each may be missing."""


def asked(questions: Sequence[Question], answers: Mapping[str, Any]) -> list[Question]:
    """The questions whose condition holds. One that waits for a question that is not asked is not asked either."""
    found: dict[str, Question] = {}
    for question in questions:
        other = found.get(question.when)
        if not question.when or (other and set(_says(other, answers)) & set(question.when_is)):
            found[question.key] = question
    return list(found.values())


def checked(
    questions: Sequence[Question], answers: Mapping[str, Any], sample: Sequence[Turn], decided: Decided
) -> Json:
    """The answers as they are stored; what is not asked, or not answered, is left out. Refused names the question."""
    unknown = answers.keys() - {question.key for question in questions}
    if unknown:
        raise Refused(
            say("The questions have changed since this page was opened. Load it again; your answers are kept.")
        )
    stored: Json = {}
    for question in questions:
        given = answers.get(question.key)
        if question in asked(questions, stored) and not _is_empty(given):
            stored[question.key] = _checked(question, given, sample)
    for question in asked(questions, stored):
        if is_needed(question, decided) and question.missing(stored.get(question.key), sample):
            raise Refused(say("“%(title)s” is not answered yet.", title=question.title), question.key)
    return stored


def disagreements(questions: Sequence[Question], given: Sequence[Mapping[str, Any]]) -> list[Question]:
    """The questions that two experts answered differently; words of one's own are never a disagreement."""
    return [
        question
        for question in questions
        if question.scale != "none"
        and any(
            question.distance(one[question.key], other[question.key]) > 0
            for one, other in combinations(given, 2)
            if question.key in one and question.key in other
        )
    ]


def _says(question: Question, answers: Mapping[str, Any]) -> tuple[str, ...]:
    answer = answers.get(question.key)
    return () if answer is None else question.says(answer)


def _checked(question: Question, answer: Any, sample: Sequence[Turn]) -> Any:
    try:
        return question.check(answer, sample)
    except Refused as refusal:
        told = say("“%(title)s”: %(why)s", title=question.title, why=refusal.message)
        raise Refused(told, question.key) from refusal


def is_needed(question: Question, decided: Decided) -> bool:
    """Whether a sample cannot be decided so without an answer to it."""
    return question.required and (decided == "approve" or (decided == "reject" and question.on_reject))


def _is_empty(answer: Any) -> bool:
    return answer is None or answer in ("", [], {})
