"""Whether the review queue is sound: nothing stranded, nothing missing, nothing too many, nothing that nobody may take."""

from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.models import Dataset, Lane, Sample, SampleState
from app.services import lanes, slots

AT_ONCE = 50_000
"""Samples among which places are counted for everybody who looks; of more only for those who ask, as it takes seconds."""
GRACE_SECONDS = 30
"""An expired reservation is freed within seconds; one that is older is stranded."""


@dataclass(frozen=True)
class QueueHealth:
    """Counts of samples, save `stranded`, `in_hand` and `free`, which count places."""

    free: int
    in_hand: int
    stranded: int
    missing: int
    surplus: int
    doubled: int
    untakeable: int
    waiting_for_lead: int
    unserved: list[Lane]

    @property
    def is_sound(self) -> bool:
        return not (self.stranded or self.missing or self.surplus or self.doubled or self.untakeable)


def of(session: Session, dataset: Dataset) -> QueueHealth:
    """As of now, counted and not remembered."""
    unserved = list(lanes.unserved(session, dataset.id))
    places = session.execute(
        text("""
        SELECT count(*) FILTER (WHERE state = 'open') AS free, count(*) FILTER (WHERE state = 'leased') AS in_hand,
            count(*) FILTER (WHERE state = 'leased' AND leased_until < now() - make_interval(secs => :grace)) AS stranded,
            count(DISTINCT sample_id) FILTER (WHERE state = 'open' AND lane = ANY(:unserved)) AS unserved
        FROM slots WHERE dataset_id = :dataset AND state IN ('open', 'leased')
    """),
        {"dataset": dataset.id, "grace": GRACE_SECONDS, "unserved": [lane.name for lane in unserved]},
    ).one()
    missing, surplus = _balance(session, dataset)
    return QueueHealth(
        free=places.free,
        in_hand=places.in_hand,
        stranded=places.stranded,
        missing=missing,
        surplus=surplus,
        doubled=_doubled(session, dataset),
        untakeable=places.unserved + _exhausted(session, dataset, [lane.name for lane in unserved]),
        waiting_for_lead=_number(
            session, "SELECT count(*) FROM samples WHERE dataset_id = :dataset AND state = 'flagged'", dataset
        ),
        unserved=unserved,
    )


def _balance(session: Session, dataset: Dataset) -> tuple[int, int]:
    """(samples with fewer places than reviews wanted, samples with free places beyond that)."""
    queued = select(Sample.id).where(Sample.dataset_id == dataset.id, Sample.state == SampleState.QUEUED)
    now = slots.standing(dataset, queued)
    missing = func.count().filter(now.c.active < now.c.wanted)
    surplus = func.count().filter(now.c.open > 0, now.c.active > now.c.wanted)
    row = session.execute(select(missing, surplus).select_from(now)).one()
    return int(row[0]), int(row[1])


def _doubled(session: Session, dataset: Dataset) -> int:
    """Samples that one person answered twice so that both count: the database refuses the same for places."""
    return _number(
        session,
        """
        SELECT count(*) FROM (
            SELECT FROM reviews r JOIN slots p ON p.id = r.slot_id AND p.purpose = 'review'
            WHERE r.dataset_id = :dataset AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
            GROUP BY r.sample_id, r.expert_id HAVING count(*) > 1) AS twice
    """,
        dataset,
    )


def _exhausted(session: Session, dataset: Dataset, unserved: list[str]) -> int:
    """Samples with a free place that everybody who might take it has answered or skipped."""
    members = session.execute(
        text("""
        SELECT l.name, count(m.user_id) AS members FROM (
            SELECT name, language, field, for_group FROM lanes WHERE dataset_id = :dataset
            UNION ALL SELECT '', '', '', '') AS l
        JOIN memberships m ON m.dataset_id = :dataset
            AND (l.language = '' OR cardinality(m.languages) = 0 OR l.language = ANY(m.languages))
            AND (l.field = '' OR cardinality(m.fields) = 0 OR l.field = ANY(m.fields))
            AND (l.for_group = '' OR l.for_group = ANY(m.groups))
        GROUP BY l.name
    """),
        {"dataset": dataset.id},
    ).all()
    found = session.scalar(
        text("""
        SELECT count(*) FROM (
            SELECT p.sample_id FROM slots p
                JOIN unnest(CAST(:names AS text[]), CAST(:members AS int[])) AS l(name, members) ON l.name = p.lane
                JOIN reviews r ON r.sample_id = p.sample_id AND r.undone_at IS NULL
                JOIN memberships m ON m.dataset_id = :dataset AND m.user_id = r.expert_id
            WHERE p.dataset_id = :dataset AND p.state = 'open' AND p.purpose = 'review' AND p.lane <> ALL(:unserved)
            GROUP BY p.sample_id, l.members HAVING count(DISTINCT r.expert_id) >= l.members) AS stuck
    """),
        {
            "dataset": dataset.id,
            "names": [row.name for row in members],
            "members": [row.members for row in members],
            "unserved": unserved,
        },
    )
    return int(found or 0)


def _number(session: Session, statement: str, dataset: Dataset) -> int:
    return int(session.scalar(text(statement), {"dataset": dataset.id}) or 0)
