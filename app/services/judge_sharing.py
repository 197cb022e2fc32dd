"""Letting experts see what a judge says: only by a lead's word, and only once its agreement with them was measured."""

from collections.abc import Iterator, Sequence

import orjson
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.curation.judge.criterion import JudgeKind
from app.messages import say
from app.models import Dataset, Judge, JudgeScore, JudgeVersion, ScoreState, Suggestion, User
from app.services import judge_standing, suggesting
from app.services.errors import Conflict


def share(session: Session, dataset: Dataset, version: JudgeVersion, by: User) -> None:
    """Make its scores suggestions, with its agreement beside its name. Conflict where that is not measured."""
    judge = session.get_one(Judge, version.judge_id)
    if not version.question:
        raise Conflict(say("This judge answers no question of the rubric, so there is nothing to show beside one."))
    if not judge_standing.of(session, dataset, judge, version).is_measured:
        raise Conflict(
            say("Its agreement with the experts is not measured yet. Until then they see nothing of what it says.")
        )
    version.shared_at, version.shared_by = func.now(), by.id
    session.flush()
    session.refresh(version)
    judged = (JudgeScore.version_id == version.id, JudgeScore.state == ScoreState.JUDGED)
    publish(session, version.id, session.scalars(select(JudgeScore.sample_id).where(*judged)).all())


def hide(session: Session, dataset: Dataset, version: JudgeVersion) -> None:
    """Take them back; answers that were given meanwhile stay, marked as given in sight of a suggestion."""
    version.shared_at, version.shared_by = None, None
    _forget(session, dataset, version, None)
    session.flush()
    session.refresh(version)


def publish(session: Session, version_id: int, ids: Sequence[int]) -> None:
    """Suggest what a shared version says of these samples; of one that is not shared, nothing. Never without agreement."""
    version = session.get_one(JudgeVersion, version_id)
    if version.shared_at is None or not ids:
        return
    judge = session.get_one(Judge, version.judge_id)
    dataset = session.get_one(Dataset, judge.dataset_id)
    found = judge_standing.of(session, dataset, judge, version)
    if not found.is_measured:
        hide(session, dataset, version)
        return
    _forget(session, dataset, version, ids)
    source = f"{_prefix(judge, version)} {found.spearman.value:.2f} on {found.samples} samples)"
    mine = (JudgeScore.version_id == version.id, JudgeScore.state == ScoreState.JUDGED, JudgeScore.sample_id.in_(ids))
    lines = _lines(judge, version, source, session.scalars(select(JudgeScore).where(*mine)))
    suggesting.load(session, dataset, lines)


def _lines(judge: Judge, version: JudgeVersion, source: str, scores: Iterator[JudgeScore]) -> Iterator[bytes]:
    for one in scores:
        value: object = round(one.score or 0)
        if judge.kind is JudgeKind.CLAIMS:
            value = [{"claim": at, "label": label} for at, label in enumerate(one.details.get("verdicts", []))]
        yield orjson.dumps({"id": one.sample_id, "question": version.question, "value": value, "source": source})


def _forget(session: Session, dataset: Dataset, version: JudgeVersion, ids: Sequence[int] | None) -> None:
    """Of these samples, or of all. The name tells the agreement of its day, so it is no key."""
    judge = session.get_one(Judge, version.judge_id)
    mine = Suggestion.source.startswith(_prefix(judge, version), autoescape=True)
    some = delete(Suggestion).where(Suggestion.dataset_id == dataset.id, mine)
    session.execute(some if ids is None else some.where(Suggestion.sample_id.in_(ids)))


def _prefix(judge: Judge, version: JudgeVersion) -> str:
    return f"{judge.name[:100]}, version {version.version} (a model; agreement with experts"
