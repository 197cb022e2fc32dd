"""The model judges of a dataset: made, changed by new versions, found."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.judge.criterion import JudgeKind
from app.messages import say
from app.models import Dataset, Judge, JudgeVersion, ModelEndpoint
from app.services import rubrics
from app.services.errors import Conflict, Invalid, NotFound

MOST_REPEATS = 20
HIGHEST = 100


@dataclass(frozen=True)
class Draft:
    """What a version says. The scale counts for scores alone: the other kinds give shares."""

    endpoint_id: int
    judged: str = ""
    steps: tuple[str, ...] = ()
    lowest: int = 1
    highest: int = 5
    repeats: int = 1
    question: str = ""


def of(session: Session, dataset_id: int) -> Sequence[tuple[Judge, JudgeVersion]]:
    """Every judge with its newest version, by name."""
    newest = (
        select(JudgeVersion.judge_id, func.max(JudgeVersion.version).label("version"))
        .group_by(JudgeVersion.judge_id)
        .subquery()
    )
    rows = session.execute(
        select(Judge, JudgeVersion)
        .join(newest, newest.c.judge_id == Judge.id)
        .join(JudgeVersion, (JudgeVersion.judge_id == Judge.id) & (JudgeVersion.version == newest.c.version))
        .where(Judge.dataset_id == dataset_id)
        .order_by(Judge.name)
    )
    return [(judge, version) for judge, version in rows]


def find(session: Session, dataset_id: int, judge_id: int) -> Judge:
    """NotFound."""
    found = session.get(Judge, judge_id)
    if found is None or found.dataset_id != dataset_id:
        raise NotFound(say("There is no such judge in this dataset. Look for it in the list."))
    return found


def versions(session: Session, judge: Judge) -> Sequence[JudgeVersion]:
    """Newest first."""
    mine = select(JudgeVersion).where(JudgeVersion.judge_id == judge.id)
    return session.scalars(mine.order_by(JudgeVersion.version.desc())).all()


def version_of(session: Session, judge: Judge, number: int | None = None) -> JudgeVersion:
    """The newest, or the one with this number. NotFound."""
    found = versions(session, judge)
    chosen = next((one for one in found if number in (None, one.version)), None)
    if chosen is None:
        raise NotFound(say("This judge has no such version. Choose one from its list."))
    return chosen


def add(session: Session, dataset: Dataset, name: str, kind: JudgeKind, draft: Draft, by: int | None = None) -> Judge:
    """A judge with its first version. Conflict where the name is taken, Invalid."""
    twin = select(Judge.id).where(Judge.dataset_id == dataset.id, Judge.name == name.strip())
    if session.scalar(twin):
        raise Conflict(say("There is a judge of this name already. Choose another name."))
    judge = Judge(dataset_id=dataset.id, name=name.strip(), kind=kind)
    session.add(judge)
    session.flush()
    change(session, dataset, judge, draft, by)
    return judge


def change(session: Session, dataset: Dataset, judge: Judge, draft: Draft, by: int | None = None) -> JudgeVersion:
    """A new version: what earlier ones said, and how far they agreed, stays theirs. Invalid."""
    session.execute(select(Judge.id).where(Judge.id == judge.id).with_for_update())
    endpoint = session.get(ModelEndpoint, draft.endpoint_id)
    if endpoint is None or endpoint.retired_at is not None:
        raise Invalid(say("Choose a model that is offered."), "endpoint")
    if judge.kind is JudgeKind.SCORE and not draft.judged.strip():
        raise Invalid(say("Say what is judged."), "judged")
    if not 0 <= draft.lowest < draft.highest <= HIGHEST:
        raise Invalid(say("The highest score must be more than the lowest."), "highest")
    if draft.question and draft.question not in questions(session, dataset, judge.kind):
        raise Invalid(say("The rubric has no such question any more. Choose another."), "question")
    last = session.scalar(select(func.max(JudgeVersion.version)).where(JudgeVersion.judge_id == judge.id)) or 0
    is_score = judge.kind is JudgeKind.SCORE
    version = JudgeVersion(
        judge_id=judge.id,
        version=last + 1,
        endpoint_id=endpoint.id,
        model=endpoint.model,
        judged=draft.judged.strip(),
        steps=[step.strip() for step in draft.steps if step.strip()],
        lowest=draft.lowest if is_score else 0,
        highest=draft.highest if is_score else 1,
        repeats=max(1, min(draft.repeats, MOST_REPEATS)) if is_score else 1,
        question=draft.question,
        created_by=by,
    )
    session.add(version)
    session.flush()
    session.refresh(version)
    return version


def questions(session: Session, dataset: Dataset, kind: JudgeKind) -> dict[str, str]:
    """The questions of the rubric whose answers this kind of judge can be compared with: (key, title)."""
    wanted = {JudgeKind.SCORE: "rating", JudgeKind.CLAIMS: "claims"}.get(kind, "")
    asked = rubrics.questions(rubrics.current(session, dataset))
    return {one.key: one.title for one in asked if one.kind() == wanted and not getattr(one, "per_turn", False)}
