"""How far reviewing is, by corpus, label and expert; how fast it goes, what it costs, and what was overturned."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from app.curation import pace
from app.curation.pace import Forecast
from app.models import Corpus, Dataset, Role, SampleState
from app.services import people, review_plan, state_counts

LABELS = 50
DECIDED = (SampleState.APPROVED, SampleState.REJECTED, SampleState.FLAGGED)


@dataclass(frozen=True)
class Part:
    """Kept samples of a corpus, of a label, or of all: kept = decided + waiting; decided = approved + rejected + flagged."""

    name: str
    approved: int
    rejected: int
    flagged: int
    waiting: int
    forecast: Forecast

    @property
    def decided(self) -> int:
        return self.approved + self.rejected + self.flagged

    @property
    def kept(self) -> int:
        return self.decided + self.waiting


@dataclass(frozen=True)
class Expert:
    """One person's work. `days` are answers on each of the last days, the oldest first."""

    name: str
    role: Role | None
    answers: int
    skipped: int
    minutes: float
    seconds: float | None
    undone: int
    overturned: int
    days: Sequence[int]


@dataclass(frozen=True)
class ReviewProgress:
    """Everything that a lead wants to know of the work, save the state of the queue."""

    whole: Part
    corpora: Sequence[Part]
    labels: Sequence[Part]
    experts: Sequence[Expert]
    days: Sequence[int]
    cost_per_approved: float | None

    @property
    def minutes(self) -> float:
        return sum(one.minutes for one in self.experts)

    @property
    def overturned(self) -> int:
        return sum(one.overturned for one in self.experts)

    @property
    def undone(self) -> int:
        return sum(one.undone for one in self.experts)


def of(session: Session, dataset: Dataset) -> ReviewProgress:
    """As of now."""
    plan = review_plan.load(dataset)
    corpora = _corpora(session, dataset)
    experts = _experts(session, dataset, plan.pace_minutes_idle)
    whole_days = [sum(day) for day in zip(*(days for _, days in corpora), strict=True)] or [0] * pace.DAYS
    whole = _together("", [part for part, _ in corpora], whole_days)
    hours = sum(one.minutes for one in experts) / 60
    cost = None
    if plan.hourly_cost is not None and whole.approved:
        cost = hours * plan.hourly_cost / whole.approved
    labels = _labels(session, dataset, plan.label_field) if plan.label_field else []
    return ReviewProgress(whole, [part for part, _ in corpora], labels, experts, whole_days, cost)


def _together(name: str, parts: Sequence[Part], days: Sequence[int]) -> Part:
    waiting = sum(part.waiting for part in parts)
    return Part(
        name,
        sum(part.approved for part in parts),
        sum(part.rejected for part in parts),
        sum(part.flagged for part in parts),
        waiting,
        pace.forecast(waiting, days),
    )


def _corpora(session: Session, dataset: Dataset) -> list[tuple[Part, list[int]]]:
    """Each corpus that has a kept sample, with the samples decided on each of the last days."""
    cells = state_counts.of(session, dataset.id)
    days = _decided_by(session, dataset, "s.corpus_id", {})
    found = []
    for corpus in session.scalars(select(Corpus).where(Corpus.dataset_id == dataset.id).order_by(Corpus.id)):
        states = {state: cells.get((corpus.id, state), 0) for state in SampleState}
        part = _part(corpus.name, states, days[corpus.id])
        if part.kept:
            found.append((part, days[corpus.id]))
    return found


def _part(name: str, states: Mapping[SampleState, int], days: Sequence[int]) -> Part:
    waiting = states.get(SampleState.QUEUED, 0)
    approved, rejected, flagged = (states.get(state, 0) for state in DECIDED)
    return Part(name, approved, rejected, flagged, waiting, pace.forecast(waiting, days))


def _labels(session: Session, dataset: Dataset, field: str) -> list[Part]:
    """By what a field of the records says; the commonest only."""
    states: dict[str, dict[SampleState, int]] = defaultdict(dict)
    rows = session.execute(
        text("""
        SELECT coalesce(metadata ->> :field, '') AS label, state, count(*) AS samples FROM samples
        WHERE dataset_id = :dataset AND state IN ('queued', 'approved', 'rejected', 'flagged') GROUP BY 1, 2
    """),
        {"field": field, "dataset": dataset.id},
    )
    for row in rows:
        states[row.label][SampleState(row.state)] = row.samples
    days = _decided_by(session, dataset, "coalesce(s.metadata ->> :field, '')", {"field": field})
    parts = [_part(label, counts, days[label]) for label, counts in states.items()]
    return sorted(parts, key=lambda part: (-part.kept, part.name))[:LABELS]


def _decided_by(session: Session, dataset: Dataset, key: str, values: dict[str, Any]) -> dict[Any, list[int]]:
    """Per key: samples decided on each of the last days by UTC, today last."""
    days: dict[Any, list[int]] = defaultdict(lambda: [0] * pace.DAYS)
    rows = session.execute(
        text(f"""
        SELECT {key} AS key, current_date - s.decided_at::date AS ago, count(*) AS samples FROM samples s
        WHERE s.dataset_id = :dataset AND s.state IN ('approved', 'rejected', 'flagged')
            AND s.decided_at >= current_date - :days + 1 GROUP BY 1, 2
    """),  # noqa: S608 - the key is ours
        {"dataset": dataset.id, "days": pace.DAYS, **values},
    )
    for row in rows:
        days[row.key][pace.DAYS - 1 - row.ago] = row.samples
    return days


def _experts(session: Session, dataset: Dataset, idle_minutes: float) -> list[Expert]:
    """Members, and others who have answered once; by name."""
    work = {row.expert_id: row for row in _work(session, dataset, idle_minutes)}
    days = _days(session, dataset)
    roles = {user.id: (user.name, role) for user, role in people.members(session, dataset)}
    names = {row.expert_id: (row.name, None) for row in work.values()} | roles
    found = []
    for expert_id, (name, role) in sorted(names.items(), key=lambda item: (item[1][0].casefold(), item[0])):
        row = work.get(expert_id)
        own = days[expert_id]
        if row is None:
            found.append(Expert(name, role, 0, 0, 0.0, None, 0, 0, own))
        else:
            found.append(
                Expert(name, role, row.answers, row.skipped, row.minutes, row.seconds, row.undone, row.overturned, own)
            )
    return found


# Time in sight is what the page measured; without it the time since one's last answer stands in, as it does where less
# time has passed than was measured. Neither counts for longer than the limit: who reads no more is elsewhere.
_WORK = text("""
    WITH timed AS (
        SELECT r.expert_id, r.sample_id, r.slot_id, r.decision, r.counted, r.undone_at, r.seconds,
            extract(epoch FROM r.created_at - lag(r.created_at) OVER own) AS gap
        FROM reviews r WHERE r.dataset_id = :dataset
        WINDOW own AS (PARTITION BY r.expert_id ORDER BY r.created_at, r.id))
    SELECT t.expert_id, u.name,
        count(*) FILTER (WHERE t.undone_at IS NULL AND t.decision <> 'skip') AS answers,
        count(*) FILTER (WHERE t.undone_at IS NULL AND t.decision = 'skip') AS skipped,
        count(*) FILTER (WHERE t.undone_at IS NOT NULL) AS undone,
        count(*) FILTER (WHERE t.undone_at IS NULL AND t.counted AND p.purpose = 'review'
            AND (s.state = 'approved' AND t.decision = 'reject' OR s.state = 'rejected' AND t.decision = 'approve')
        ) AS overturned,
        (coalesce(sum(least(coalesce(t.seconds, t.gap, 0), coalesce(t.gap, t.seconds, 0), :idle)), 0) / 60)::float AS minutes,
        (percentile_cont(0.5) WITHIN GROUP (ORDER BY least(t.seconds, :idle))
            FILTER (WHERE t.decision <> 'skip'))::float AS seconds
    FROM timed t JOIN users u ON u.id = t.expert_id JOIN slots p ON p.id = t.slot_id JOIN samples s ON s.id = t.sample_id
    GROUP BY t.expert_id, u.name
""")


def _work(session: Session, dataset: Dataset, idle_minutes: float) -> Sequence[Row[Any]]:
    return session.execute(_WORK, {"dataset": dataset.id, "idle": 60 * idle_minutes}).all()


def _days(session: Session, dataset: Dataset) -> dict[int, list[int]]:
    """Per expert: answers on each of the last days, today last."""
    days: dict[int, list[int]] = defaultdict(lambda: [0] * pace.DAYS)
    rows = session.execute(
        text("""
        SELECT expert_id, current_date - created_at::date AS ago, count(*) AS answers FROM reviews
        WHERE dataset_id = :dataset AND undone_at IS NULL AND decision <> 'skip'
            AND created_at >= current_date - :days + 1 GROUP BY 1, 2
    """),
        {"dataset": dataset.id, "days": pace.DAYS},
    )
    for row in rows:
        days[row.expert_id][pace.DAYS - 1 - row.ago] = row.answers
    return days
