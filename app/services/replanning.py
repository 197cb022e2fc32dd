"""Bringing the queue to a changed plan: at once where few samples wait, else as a job; the last change is what holds."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Dataset, Job, JobKind, JobState, Sample, SampleState
from app.services import fitting, jobs, placing, progress, queue_order, review_plan, state_counts
from app.services.contents import Ids
from app.services.progress import Progress

FEW = 2_000
"""So many samples are seen to while the person waits for the page; nobody needs a worker for them."""
FRESH = timedelta(minutes=10)


@dataclass(frozen=True)
class Asked:
    """What the queue has to follow: how often samples are reviewed (`fit`), and where they belong (`order`)."""

    fit: bool = False
    order: bool = False

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(**job.params)

    def __or__(self, other: "Asked") -> "Asked":
        return Asked(self.fit or other.fit, self.order or other.order)


def bring(session: Session, dataset: Dataset, asked: Asked, by: int | None = None) -> Job | None:
    """Let the queue follow what has just been changed; None where that is done already.

    A job that brings it to an earlier plan gives way to a new one, which takes over what was not done to the end.
    """
    session.flush()
    review_plan.lock(session, dataset)
    earlier = latest(session, dataset)
    if earlier is None or earlier.state is JobState.SUCCEEDED:
        if _at_once(session, dataset, asked):
            return None
    else:
        jobs.replace(session, earlier)
        asked |= Asked.of(earlier)
    return jobs.start(session, JobKind.QUEUE, dataset.id, asdict(asked), by)


def place(session: Session, dataset: Dataset, ids: Ids, by: int | None = None) -> None:
    """Put some samples where they belong by now: at once, or in the order of all others where they are many."""
    if len(ids) > FEW:
        bring(session, dataset, Asked(order=True), by)
    else:
        queue_order.arrange(session, dataset, ids)


def latest(session: Session, dataset: Dataset) -> Job | None:
    """The last job that brought the queue to a plan, or still does."""
    mine = select(Job).where(Job.dataset_id == dataset.id, Job.kind == JobKind.QUEUE)
    return session.scalar(mine.order_by(Job.id.desc()).limit(1).execution_options(populate_existing=True))


def shown(session: Session, dataset: Dataset) -> Progress | None:
    """What there is to say of it: how far it is, that it ended before its time, or for some minutes that it is done."""
    job = latest(session, dataset)
    if job is None:
        return None
    now = progress.of(session, job.id)
    return None if job.state is JobState.SUCCEEDED and not _is_fresh(session, job) else now


def stop(session: Session, dataset: Dataset) -> None:
    """Leave the queue as it is now: partly by the new plan, partly by the one before. Conflict while it is completed."""
    if (job := latest(session, dataset)) is not None:
        jobs.cancel(session, job)


def waiting(session: Session, dataset_id: int) -> int:
    """How many samples wait for experts."""
    queued = Sample.dataset_id == dataset_id, Sample.state == SampleState.QUEUED
    return session.scalar(select(func.count(Sample.id)).where(*queued)) or 0


def known(session: Session, dataset_id: int) -> int:
    """How many samples have a place in the order: all that a run has looked at."""
    cells = state_counts.of(session, dataset_id)
    return sum(number for (_, state), number in cells.items() if state is not SampleState.CANDIDATE)


def _is_fresh(session: Session, job: Job) -> bool:
    return bool(session.scalar(select(Job.finished_at > func.now() - FRESH).where(Job.id == job.id)))


def _at_once(session: Session, dataset: Dataset, asked: Asked) -> bool:
    """The steps of the job, in this transaction. False where there are too many samples, or some are in other hands."""
    if known(session, dataset.id) > FEW or not queue_order.take_turn(session, dataset, is_waiting=False):
        return False
    is_fitted = not asked.fit or _is_whole(fitting.fit(session, dataset, 0, FEW))
    return is_fitted and (not asked.order or _arrange(session, dataset))


def _arrange(session: Session, dataset: Dataset) -> bool:
    placings = placing.work_out(session, dataset)
    placing.begin(session, dataset, placings)
    is_placed = _is_whole(placing.place(placings, session, dataset, 0, FEW))
    placing.finish(session, dataset, placings)
    return is_placed


def _is_whole(walked: fitting.Walked | None) -> bool:
    return walked is None or walked.left is None


