"""A dataset's rubric: every change is a new version, and answers name theirs, so that old ones stay readable."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, exists, select
from sqlalchemy.orm import Session, object_session

from app.curation import answering
from app.curation.rubric import Given, Question, Refused, loaded
from app.curation.sample import Form, Json, turns
from app.messages import say
from app.models import Dataset, Decision, Review, Rubric, Sample, SampleSource, User
from app.services.errors import Conflict, Invalid, NotFound

_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")
_CURRENT = (
    select(Rubric).where(Rubric.dataset_id == bindparam("dataset")).order_by(Rubric.version.desc()).limit(1)
)
NEEDED: dict[Decision, answering.Decided] = {Decision.APPROVE: "approve", Decision.REJECT: "reject"}
"""What answers are needed for; nothing for any other decision."""


def current(session: Session, dataset: Dataset) -> Rubric | None:
    """The newest version; None where nothing was ever asked."""
    return session.scalar(_CURRENT, {"dataset": dataset.id})


def questions(rubric: Rubric | None) -> tuple[Question, ...]:
    """What a version asks, in order."""
    return loaded(rubric.questions) if rubric else ()


def version(session: Session, dataset: Dataset, number: int) -> Rubric:
    """One version. NotFound."""
    found = session.scalar(select(Rubric).where(Rubric.dataset_id == dataset.id, Rubric.version == number))
    if found is None:
        raise NotFound(say("There is no such version of the questions. Look at the list of versions."))
    return found


def history(session: Session, dataset: Dataset) -> Sequence[Row[Rubric, str | None]]:
    """(version, author's name), the newest first."""
    return session.execute(
        select(Rubric, User.name)
        .outerjoin(User, User.id == Rubric.author_id)
        .where(Rubric.dataset_id == dataset.id)
        .order_by(Rubric.version.desc())
    ).all()


def save(session: Session, dataset: Dataset, by: User, asked: Sequence[Question], based_on: int) -> Rubric | None:
    """Store a new version, unless nothing has changed. Invalid, and Conflict where somebody saved one meanwhile.

    A question that has answers keeps its kind: one name must not stand for two sorts of answers.
    """
    session.execute(select(Dataset.id).where(Dataset.id == dataset.id).with_for_update())
    newest = current(session, dataset)
    stored = [question.dumped() for question in asked]
    if stored == (newest.questions if newest else []):
        return newest
    if (newest.version if newest else 0) != based_on:
        raise Conflict(
            say("Somebody has changed the questions since you opened this page. Nothing of yours was saved. "
            "Load the page again, look at the new questions, and make your change once more.")
        )
    try:
        loaded(stored)
    except ValueError as error:
        raise Invalid(str(error)) from error
    _keep_kinds(session, dataset, stored)
    made = Rubric(dataset_id=dataset.id, version=based_on + 1, questions=stored, author_id=by.id)
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def new_key(session: Session, dataset: Dataset, title: str) -> str:
    """A name for a question, from its first words, that no question of this dataset ever had."""
    versions = session.scalars(select(Rubric.questions).where(Rubric.dataset_id == dataset.id))
    used = {question["key"] for version in versions for question in version}
    words = _NOT_A_LETTER.sub("_", title.lower()).strip("_")[:30].strip("_")
    base = words if words[:1].isalpha() else f"question_{words}".rstrip("_")
    return next(name for name in (base, *(f"{base}_{number}" for number in range(2, 1_000))) if name not in used)


def is_answered(session: Session, dataset: Dataset, key: str) -> bool:
    """Whether anybody has answered a question, in any of its versions."""
    return bool(session.scalar(select(exists().where(Review.dataset_id == dataset.id, Review.answers.has_key(key)))))


def typed(
    session: Session, dataset: Dataset, given: Mapping[str, Given], rubric_id: int | None = None
) -> dict[str, Any]:
    """What a form sent, as answers that are not checked yet; what no question asks for stays as it is."""
    if not given:
        return {}
    rubric = session.get(Rubric, rubric_id) if rubric_id else current(session, dataset)
    kinds = {question.key: question for question in questions(rubric)}
    answers = {key: kinds[key].typed(sent) if key in kinds else dict(sent) for key, sent in given.items()}
    return {key: answer for key, answer in answers.items() if answer is not None}


def answered(
    dataset: Dataset,
    sample: Sample,
    answers: Mapping[str, Any],
    decision: Decision,
    rubric: Rubric | None,
    *,
    is_named: bool = False,
) -> tuple[int | None, Json]:
    """The version that was answered and the answers as they are stored. Invalid.

    What was asked when the page was opened counts, even if the questions have changed since: it `is_named` by the page.
    """
    if rubric is None or rubric.dataset_id != dataset.id:
        if answers or is_named:
            raise Invalid(say("This dataset does not ask that. Load the page again; your text is kept."))
        return None, {}
    try:
        stored = answering.checked(
            asked_of(sample, questions(rubric)), answers, list(turns(Form(sample.form), sample.content)), NEEDED.get(decision, "")
        )
    except Refused as refusal:
        raise Invalid(say("%(why)s Nothing was saved yet.", why=refusal.message), refusal.key) from refusal
    return rubric.id, stored


def asked_of(sample: Sample, asked: tuple[Question, ...]) -> tuple[Question, ...]:
    """Without what is asked about a source, where the sample has none."""
    session = object_session(sample)
    if session is None or not any(one.needs_source for one in asked):
        return asked
    has_source = session.scalar(select(exists().where(SampleSource.sample_id == sample.id)))
    return asked if has_source else tuple(one for one in asked if not one.needs_source)


def disagrees(rubric: Rubric | None, answers: Sequence[Mapping[str, Any]]) -> list[str]:
    """The keys of the questions that experts answered differently on one sample."""
    return [question.key for question in answering.disagreements(questions(rubric), answers)]


def _keep_kinds(session: Session, dataset: Dataset, stored: Sequence[Json]) -> None:
    versions = session.execute(select(Rubric.id, Rubric.questions).where(Rubric.dataset_id == dataset.id)).all()
    for question in stored:
        others = [
            rubric_id
            for rubric_id, asked in versions
            if any(one["key"] == question["key"] and _shape(one) != _shape(question) for one in asked)
        ]
        has_answer = Review.rubric_id.in_(others), Review.answers.has_key(question["key"])
        if others and session.scalar(select(exists().where(*has_answer))):
            raise Conflict(
                f"“{question['title']}” has answers already, so it stays the kind of question that it is. "
                "Remove it and ask a new one: the old answers stay readable."
            )


def _shape(question: Json) -> tuple[str, bool]:
    """What the answers look like: a kind of question, asked once or of every turn."""
    return question["kind"], bool(question.get("per_turn"))
