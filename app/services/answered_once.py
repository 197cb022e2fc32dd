"""Answers to the rubric's questions that are given once, for all samples of a decision on many."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.curation import answering
from app.curation.rubric import Question, Refused
from app.curation.rubrics.span import Span
from app.curation.sample import Json
from app.messages import say
from app.models import Dataset, Decision, Rubric
from app.services import rubrics
from app.services.errors import Invalid


def offered(questions: Sequence[Question]) -> tuple[Question, ...]:
    """The questions that mean the same for every sample: not those of its turns or words. None ever waits for such."""
    return tuple(one for one in questions if _is_of_all(one))


def _is_of_all(one: Question) -> bool:
    return not isinstance(one, Span) and not one.needs_source and not getattr(one, "per_turn", "")


def checked(
    session: Session, dataset: Dataset, answers: Mapping[str, Any], rubric_id: int | None
) -> tuple[int | None, Json]:
    """The version that was answered and the answers as they are stored; nothing where nothing was answered. Invalid."""
    if not answers:
        return None, {}
    rubric = session.get(Rubric, rubric_id) if rubric_id else rubrics.current(session, dataset)
    if rubric is None or rubric.dataset_id != dataset.id:
        raise Invalid(say("This dataset does not ask that. Load the page again; nothing was decided."))
    try:
        stored = answering.checked(offered(rubrics.questions(rubric)), answers, [], "")
    except Refused as refusal:
        raise Invalid(say("%(why)s Nothing was decided yet.", why=refusal.message), refusal.key) from refusal
    return (rubric.id, stored) if stored else (None, {})


def left_open(questions: Sequence[Question], answers: Mapping[str, Any], decision: Decision) -> list[Question]:
    """The questions that one sample alone could not be decided without, and that have no answer."""
    decided = rubrics.NEEDED.get(decision, "")
    asked = answering.asked(questions, answers)
    return [one for one in asked if answering.is_needed(one, decided) and one.key not in answers]
