"""What an expert has done last, and what there is to tell them after it."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select, text
from sqlalchemy.orm import Session

from app.models import Dataset, Decision, Review, Sample, User

LAST = 10

# Put together once: these are asked with every answer.
_MINE = and_(Review.dataset_id == bindparam("dataset"), Review.expert_id == bindparam("expert"))
# The last answers that stand.
_PAST = (
    select(
        Review.id,
        Review.decision,
        Review.revision_id.is_not(None).label("was_edited"),
        Review.slot_id,
        Review.sample_id,
        func.left(Sample.question, 80).label("question"),
        func.left(Sample.answer, 80).label("answer"),
    )
    .join(Sample, Sample.id == Review.sample_id)
    .where(_MINE, Review.counted, Review.undone_at.is_(None))
    .order_by(Review.id.desc())
    .limit(LAST)
)
# When the very last thing was done, an answer or the taking back of one; how many samples were decided since midnight,
# which walks back over today's answers only; and what there is to tell beside.
_NOW = text("""
    WITH newest AS (
        SELECT * FROM reviews WHERE dataset_id = :dataset AND expert_id = :expert ORDER BY id DESC LIMIT 20)
    SELECT
        (SELECT max(created_at) FROM newest) AS saved_at,
        (SELECT max(undone_at) FROM newest) AS undone_at,
        (SELECT count(*) FROM reviews r WHERE r.dataset_id = :dataset AND r.expert_id = :expert
            AND r.id > coalesce((SELECT id FROM reviews WHERE dataset_id = :dataset AND expert_id = :expert
                AND created_at < :day_began ORDER BY id DESC LIMIT 1), 0)
            AND (r.counted OR r.superseded_at IS NOT NULL) AND r.undone_at IS NULL AND r.decision <> 'skip') AS today,
        EXISTS (SELECT FROM adjudications WHERE dataset_id = :dataset AND undone_at IS NULL) AS has_precedents,
        EXISTS (SELECT FROM suggestions s
            WHERE s.sample_id = (SELECT sample_id FROM newest ORDER BY id DESC LIMIT 1)) AS may_reveal
""")


@dataclass(frozen=True)
class Past:
    """One of the expert's last answers, with the first words of its sample."""

    review_id: int
    decision: Decision
    words: str
    was_edited: bool
    slot_id: int
    sample_id: int


@dataclass(frozen=True)
class Done:
    """What an expert has done: the last answers that stand, today's count, and when the very last thing was done.

    `has_precedents` says that a lead has decided something, `may_reveal` that a model said something of the last answer.
    """

    past: list[Past] = field(default_factory=list)
    today: int = 0
    saved_at: datetime | None = None
    undone_at: datetime | None = None
    has_precedents: bool = False
    may_reveal: bool = False


def done(session: Session, dataset: Dataset, expert: User, day_began: datetime) -> Done:
    """What an answer changes on the page beside the sample."""
    whose = {"dataset": dataset.id, "expert": expert.id}
    past = [
        Past(row.id, row.decision, (row.question or row.answer).strip(), row.was_edited, row.slot_id, row.sample_id)
        for row in session.execute(_PAST, whose)
    ]
    now = session.execute(_NOW, whose | {"day_began": day_began}).one()
    saved_at, undone_at = now.saved_at, now.undone_at
    if undone_at is not None and saved_at is not None and undone_at >= saved_at:
        saved_at = None
    else:
        undone_at = None
    return Done(past, now.today, saved_at, undone_at, now.has_precedents, now.may_reveal)
