"""What a version of a judge likes least, and why it gave no score: for the lead to look at."""

from collections.abc import Sequence

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.models import JudgeScore, JudgeVersion, Sample, ScoreState

MOST = 10


def of(session: Session, version: JudgeVersion) -> Sequence[Row[JudgeScore, Sample]]:
    """(score, sample), the lowest first."""
    return session.execute(
        select(JudgeScore, Sample)
        .join(Sample, Sample.id == JudgeScore.sample_id)
        .where(JudgeScore.version_id == version.id, JudgeScore.state == ScoreState.JUDGED)
        .order_by(JudgeScore.score, JudgeScore.sample_id)
        .limit(MOST)
    ).all()


def failures(session: Session, version: JudgeVersion) -> Sequence[Row[str, int]]:
    """(why, samples), the commonest first."""
    many = func.count().label("many")
    return session.execute(
        select(JudgeScore.error, many)
        .where(JudgeScore.version_id == version.id, JudgeScore.state.in_([ScoreState.FAILED, ScoreState.LOST]))
        .group_by(JudgeScore.error)
        .order_by(many.desc())
        .limit(MOST)
    ).all()
