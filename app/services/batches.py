"""Batches: samples that are wanted together, by a day, from everybody or from one group."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import Select, delete, exists, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.curation import pace
from app.messages import say
from app.models import Batch, Dataset, Sample, SampleSearch, SampleState, Slot, SlotPurpose, SlotState, User
from app.services import lanes, replanning, samples
from app.services.contents import Ids
from app.services.errors import Conflict, Invalid


@dataclass(frozen=True)
class BatchLine:
    """How far a batch is. `days_left` counts to its day, today being 0; negative where it is over."""

    batch: Batch
    samples: int
    decided: int
    days_left: int | None
    forecast: pace.Forecast

    @property
    def is_late(self) -> bool:
        return self.decided < self.samples and self.days_left is not None and self.days_left < 0


MOST = 1_000
"""Places that are counted for an expert: they want to know whether the end is near."""
_WAITING = (SlotState.OPEN, SlotState.LEASED)
_LEFT = text("""
    SELECT count(DISTINCT sample_id) FROM (
        SELECT p.sample_id FROM slots p WHERE p.batch_id = :batch AND p.lane = ANY(:lanes)
            AND (p.state = 'open' OR p.state = 'leased' AND p.expert_id = :expert)
            AND NOT coalesce((SELECT true FROM reviews r
                WHERE r.sample_id = p.sample_id AND r.expert_id = :expert AND r.undone_at IS NULL LIMIT 1), false)
        LIMIT :most) AS mine
""")


@dataclass(frozen=True)
class Wanted:
    """A batch as an expert sees it: what is left of it that they can help with, counted no further than MOST."""

    name: str
    due_on: date | None
    left: int
    of: int


def create(
    session: Session,
    dataset: Dataset,
    by: User,
    *,
    name: str,
    words: str = "",
    corpus_id: int | None = None,
    for_group: str = "",
    due_on: date | None = None,
    most: int | None = None,
) -> Batch:
    """Put waiting samples into a new batch: those with the words, of the corpus, the first ones. Conflict, Invalid."""
    values = {
        "dataset_id": dataset.id, "name": name, "words": samples.tidy(words), "corpus_id": corpus_id,
        "for_group": lanes.tidy(for_group), "due_on": due_on, "created_by": by.id,
    }  # fmt: skip
    made: Batch | None = session.scalar(insert(Batch).values(values).on_conflict_do_nothing().returning(Batch))
    if made is None:
        raise Conflict(f"There is a batch called “{name}” already. Choose another name.")
    chosen = _chosen(dataset, made).limit(most).subquery()
    assign = text("UPDATE slots SET batch_id = :batch WHERE sample_id = ANY(:ids) AND purpose = 'review'")
    found = session.scalars(select(chosen.c.sample_id)).all()
    if not found:
        raise Invalid(say("No sample that still waits, and is in no other batch, fits this. Nothing was made."))
    session.execute(assign, {"batch": made.id, "ids": list(found)})
    made.samples = len(found)
    replanning.place(session, dataset, np.array(sorted(found)), by.id)
    return made


def remove(session: Session, dataset: Dataset, batch_id: int) -> None:
    """Dissolve a batch: its samples go back to their place in the queue."""
    held = _ids(session, batch_id)
    session.execute(delete(Batch).where(Batch.id == batch_id, Batch.dataset_id == dataset.id))
    session.expire_all()
    if len(held):
        replanning.place(session, dataset, held)


def listed(session: Session, dataset: Dataset) -> list[BatchLine]:
    """Those that are due first at the head."""
    rows = session.execute(
        text("""
        SELECT b.id, count(DISTINCT p.sample_id) AS samples,
            count(DISTINCT p.sample_id) FILTER (WHERE s.state IN ('approved', 'rejected', 'flagged')) AS decided,
            b.due_on - current_date AS days_left
        FROM batches b LEFT JOIN slots p ON p.batch_id = b.id LEFT JOIN samples s ON s.id = p.sample_id
        WHERE b.dataset_id = :dataset GROUP BY b.id ORDER BY b.due_on NULLS LAST, b.id
    """),
        {"dataset": dataset.id},
    ).all()
    return [
        BatchLine(
            session.get_one(Batch, row.id),
            row.samples,
            row.decided,
            row.days_left,
            pace.forecast(row.samples - row.decided, _days(session, row.id)),
        )
        for row in rows
    ]


def for_expert(session: Session, dataset: Dataset, expert: User) -> Wanted | None:
    """The batch that is due first of those of which something is left that this expert may take."""
    waiting = session.scalars(
        select(Batch)
        .where(Batch.dataset_id == dataset.id, exists().where(Slot.batch_id == Batch.id, Slot.state.in_(_WAITING)))
        .order_by(Batch.due_on.nulls_last(), Batch.id)
    ).all()
    served = lanes.served(session, dataset, expert) if waiting else []
    for batch in waiting:
        if left := session.scalar(_LEFT, {"batch": batch.id, "expert": expert.id, "lanes": served, "most": MOST}):
            return Wanted(batch.name, batch.due_on, left, batch.samples)
    return None


def _chosen(dataset: Dataset, batch: Batch) -> Select[int]:
    """Ids of samples that wait and are in no batch, in the order of the queue."""
    query = (
        select(Slot.sample_id)
        .join(Sample, Sample.id == Slot.sample_id)
        .where(
            Slot.dataset_id == dataset.id,
            Slot.purpose == SlotPurpose.REVIEW,
            Slot.batch_id.is_(None),
            Sample.state == SampleState.QUEUED,
        )
        .group_by(Slot.sample_id)
        .order_by(func.min(Slot.rank), Slot.sample_id)
    )
    if batch.corpus_id is not None:
        query = query.where(Sample.corpus_id == batch.corpus_id)
    if batch.words:
        held = select(SampleSearch.sample_id).where(
            SampleSearch.dataset_id == dataset.id,
            SampleSearch.search.op("@@")(func.websearch_to_tsquery("simple", batch.words)),
        )
        query = query.where(Slot.sample_id.in_(held))
    return query


def _ids(session: Session, batch_id: int) -> Ids:
    found = session.scalars(select(Slot.sample_id).where(Slot.batch_id == batch_id).distinct()).all()
    return np.array(sorted(found), np.int64)


def _days(session: Session, batch_id: int) -> list[int]:
    """Samples decided on each of the days that the forecast looks at, the oldest first."""
    rows = session.execute(
        text("""
        SELECT current_date - s.decided_at::date AS ago, count(DISTINCT s.id) AS decided
        FROM slots p JOIN samples s ON s.id = p.sample_id
        WHERE p.batch_id = :batch AND s.state IN ('approved', 'rejected', 'flagged')
            AND s.decided_at >= current_date - :days + 1 GROUP BY 1
    """),
        {"batch": batch_id, "days": pace.DAYS},
    )
    found = {row.ago: row.decided for row in rows}
    return [found.get(ago, 0) for ago in reversed(range(pace.DAYS))]
