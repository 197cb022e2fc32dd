"""The rubric's questions on the page that decides on many samples: the desk's controls, without its keys."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.rubric import Question
from app.models import BulkAction, Dataset, Decision, Rubric
from app.services import answered_once, rubrics
from app.web import dock
from app.web.answer_form import given
from app.web.dock import Shown


@dataclass(frozen=True)
class Once:
    """`shown` can be answered for all; `needed` are asked before approving one sample; `each` of these only per sample."""

    rubric: Rubric | None
    shown: tuple[Shown, ...]
    needed: tuple[Question, ...]
    each: tuple[Question, ...]


def of(session: Session, dataset: Dataset, values: Mapping[str, Any], refused: str = "") -> Once:
    """With what was typed, where the page comes back."""
    rubric = rubrics.current(session, dataset)
    questions = rubrics.questions(rubric)
    offered = answered_once.offered(questions)
    sent = given(dict(values))
    answers = {one.key: answer for one in offered if (answer := one.typed(sent.get(one.key, {}))) is not None}
    laid_out = dock.lay_out(offered, [], answers, missing=refused)
    needed = tuple(answered_once.left_open(questions, {}, Decision.APPROVE))
    return Once(
        rubric,
        tuple(map(_without_keys, (*laid_out.beside, *laid_out.above))),
        needed,
        tuple(one for one in needed if one not in offered),
    )


def said(session: Session, one: BulkAction) -> list[tuple[str, str]]:
    """(question, answer in words) of what a decision on many answered."""
    questions = rubrics.questions(session.get(Rubric, one.rubric_id)) if one.rubric_id else ()
    return [
        (question.title, question.words(one.answers[question.key]))
        for question in questions
        if question.key in one.answers
    ]


def left_open(session: Session, one: BulkAction) -> list[str]:
    """What alone each sample would have needed an answer to, by the questions of that time."""
    rubric = session.scalar(
        select(Rubric)
        .where(Rubric.dataset_id == one.dataset_id, Rubric.created_at <= one.created_at)
        .order_by(Rubric.version.desc())
        .limit(1)
    )
    return [question.title for question in answered_once.left_open(rubrics.questions(rubric), one.answers, one.decision)]


def _without_keys(one: Shown) -> Shown:
    return replace(one, key="", choices=tuple(replace(choice, key="") for choice in one.choices))
