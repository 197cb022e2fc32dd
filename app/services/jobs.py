"""Durable background jobs: rows claimed with a fence, checkpoints in the same transaction as the work.

A job goes through stages one after the other; a stage is planned as shards, and every worker that is awake claims
shards until none is left. Whoever finishes the last shard of a stage plans the next, in the same transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, func, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import queue
from app.db import AnyRow, Json
from app.messages import say
from app.models import Job, JobKind, JobState, Shard, ShardState, Worker
from app.services.errors import Conflict

ACTIVE = (JobState.QUEUED, JobState.RUNNING)
MAX_TRIES = 5
ALIVE_SECONDS = 30


class Fenced(Exception):
    """Another worker has taken this shard over: nothing of this transaction may stand."""


class Cancelled(Exception):
    """A person asked the job to stop, or it has ended for another reason."""


class JobFailed(Exception):
    """The job cannot go on whatever is tried: a stable code, and a sentence that says what happened and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class ShardPlan:
    """A shard to be made: what it works on, and how many units that is (0 where unknown)."""

    params: Json = field(default_factory=dict)
    total: int = 0


@dataclass(frozen=True)
class Stage:
    """One step of a job. `plan` names its shards, `work` does one of them through a `working.Piece`."""

    title: str
    unit: str
    plan: Callable[[Session, Job], Sequence[ShardPlan]]
    work: Callable[[Any], None]


@dataclass(frozen=True)
class Kind:
    """A kind of job: its stages, and what happens in the transaction that ends it, well or badly."""

    stages: Sequence[Stage]
    succeeded: Callable[[Session, Job], None] = lambda session, job: None
    stopped: Callable[[Session, Job], None] = lambda session, job: None


KINDS: dict[JobKind, Kind] = {}


def start(session: Session, kind: JobKind, dataset_id: int, params: Json, by: int | None) -> Job:
    """Make a job, plan its first stage, and wake workers once the transaction is committed."""
    job = Job(kind=kind, dataset_id=dataset_id, params=params, created_by=by)
    session.add(job)
    session.flush()
    session.refresh(job)
    _plan(session, job)
    return job


def cancel(session: Session, job: Job) -> None:
    """Ask a job to stop. What is finished stays; a job that nobody works on stops at once.

    Conflict while it is being completed.
    """
    try:
        job = _locked(session, job.id)
    except OperationalError as error:
        # Whoever makes the results count holds the row, for many seconds where there are many samples.
        raise Conflict(say("This work is just being completed. Look again in a moment.")) from error
    if job.state not in ACTIVE:
        return
    job.cancel = True
    running = session.scalar(
        select(func.count()).where(Shard.job_id == job.id, Shard.state == ShardState.RUNNING, _fresh())
    )
    if not running:
        _end(session, job, JobState.CANCELLED)
    session.flush()


def replace(session: Session, job: Job) -> None:
    """End a job at this moment, for another one that takes its place.

    What its workers are at is rolled back: a step ends by holding the job, and finds that it has ended.
    """
    job = _locked(session, job.id)
    if job.state in ACTIVE:
        job.cancel = True
        _end(session, job, JobState.CANCELLED)


def claim(session: Session, job_id: int, worker: str) -> Shard | None:
    """Take the next free shard of a job's current stage, or one whose worker gave no sign of life for too long."""
    row = session.execute(
        text("""
            UPDATE shards SET state = 'running', attempt = attempt + 1, tries = tries + 1, worker = :worker,
                heartbeat_at = now(), started_at = coalesce(started_at, now())
            WHERE id = (
                SELECT s.id FROM shards s JOIN jobs j ON j.id = s.job_id AND j.stage = s.stage
                WHERE s.job_id = :job AND j.state IN ('queued', 'running') AND NOT j.cancel
                  AND (s.state = 'queued'
                       OR s.state = 'running' AND s.heartbeat_at < now() - make_interval(secs => :stale))
                ORDER BY s.number LIMIT 1 FOR UPDATE OF s SKIP LOCKED)
            RETURNING id
        """),
        {"job": job_id, "worker": worker, "stale": stale_seconds()},
    ).first()
    if row is None:
        return None
    session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.QUEUED)
        .values(state=JobState.RUNNING, started_at=func.now())
    )
    return session.get_one(Shard, row.id, populate_existing=True)


def heartbeat(session: Session, shard: Shard) -> None:
    """A sign of life. Fenced where another worker has the shard, Cancelled where the job was stopped."""
    _fence(session, shard, heartbeat_at=func.now())
    if session.scalar(select(Job.id).where(Job.id == shard.job_id, _wanted())) is None:
        raise Cancelled


def hold(session: Session, shard: Shard) -> None:
    """Keep the job from ending before this transaction does. Cancelled where it was stopped.

    Nothing is written for a job that has ended: by then another one may be at work on the same rows.
    """
    if session.scalar(select(Job.id).where(Job.id == shard.job_id, _wanted()).with_for_update(read=True)) is None:
        raise Cancelled


def checkpoint(session: Session, shard: Shard, done: int, state: Json) -> None:
    """Record progress in the same transaction as the rows it made.

    Fenced where another worker has the shard, Cancelled where the job was stopped.
    """
    hold(session, shard)
    # What comes next is being tried for the first time, by this very claim.
    _fence(session, shard, heartbeat_at=func.now(), done=done, checkpoint=state, tries=1)
    shard.done, shard.checkpoint, shard.tries = done, state, 1


def finish(session: Session, shard: Shard) -> None:
    """Mark a shard done; after the last one of a stage, plan the next stage or end the job. Fenced, Cancelled."""
    job = _locked(session, shard.job_id)
    if job.cancel or job.state not in ACTIVE:
        raise Cancelled
    _fence(session, shard, state=ShardState.DONE, finished_at=func.now())
    left = session.scalar(
        select(func.count()).where(Shard.job_id == job.id, Shard.stage == job.stage, Shard.state != ShardState.DONE)
    )
    if not left:
        job.stage += 1
        session.flush()
        _plan(session, job)


def fail(session: Session, job_id: int, code: str, message: str) -> None:
    """End a job as failed, unless it has ended already."""
    job = _locked(session, job_id)
    if job.state in ACTIVE:
        job.error_code, job.error = code, message
        _end(session, job, JobState.FAILED)


def stop_cancelled(session: Session, job_id: int) -> None:
    """End a job that was asked to stop, once its worker has let go."""
    job = _locked(session, job_id)
    if job.state in ACTIVE and job.cancel:
        _end(session, job, JobState.CANCELLED)


def give_back(session: Session, shard: Shard, **values: Any) -> None:
    """Let another worker have a shard, after an error here. A fence that has moved on is left alone."""
    session.execute(
        update(Shard)
        .where(Shard.id == shard.id, Shard.attempt == shard.attempt, Shard.state == ShardState.RUNNING)
        .values(state=ShardState.QUEUED, **values)
        .execution_options(synchronize_session=False)
    )


def hand_over(session: Session, shard: Shard) -> None:
    """Give a shard back that was not at fault: this try does not count."""
    give_back(session, shard, tries=func.greatest(Shard.tries - 1, 0))


def reconcile(session: Session) -> int:
    """Wake workers again for every job that has work nobody does; end jobs asked to stop. Returns the number woken."""
    if not session.scalar(text("SELECT pg_try_advisory_xact_lock(730118)")):
        return 0
    for job_id in session.scalars(_abandoned(Job.cancel)).all():
        stop_cancelled(session, job_id)
    waiting = queue.waiting_messages()
    if waiting is None or waiting > 100:
        return 0
    idle = session.scalars(_abandoned(~Job.cancel)).all()
    for job_id in idle:
        queue.enqueue(session, job_id)
    return len(idle)


def seen(session: Session, name: str) -> None:
    """Record a worker's sign of life, and forget workers that were gone for a day."""
    session.execute(
        text("INSERT INTO workers (name) VALUES (:name) ON CONFLICT (name) DO UPDATE SET seen_at = now()"),
        {"name": name},
    )
    session.execute(text("DELETE FROM workers WHERE seen_at < now() - interval '1 day'"))


def gone(session: Session, name: str) -> None:
    """Forget a worker that said goodbye."""
    session.execute(text("DELETE FROM workers WHERE name = :name"), {"name": name})


def workers_alive(session: Session) -> int:
    """How many workers gave a sign of life in the last half minute."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Worker)
            .where(Worker.seen_at > func.now() - func.make_interval(0, 0, 0, 0, 0, 0, ALIVE_SECONDS))
        )
        or 0
    )


def stale_seconds() -> float:
    """After so long without a sign of life a shard is given to another worker."""
    from app.settings import get_settings

    return get_settings().stale_seconds


def stages(job: Job) -> Sequence[Stage]:
    """The stages a job goes through."""
    return KINDS[job.kind].stages


def shard_rows(session: Session, job_id: int) -> Iterator[AnyRow]:
    """Per stage and state: shards, units done and in all, second tries, first start, last finish, last sign of life."""
    yield from session.execute(
        select(
            Shard.stage,
            Shard.state,
            func.count().label("shards"),
            func.sum(Shard.done).label("done"),
            func.sum(Shard.total).label("total"),
            func.count().filter(Shard.attempt > 1).label("again"),
            func.min(Shard.started_at).label("started_at"),
            func.max(Shard.finished_at).label("finished_at"),
            func.max(Shard.heartbeat_at).label("heartbeat_at"),
        )
        .where(Shard.job_id == job_id)
        .group_by(Shard.stage, Shard.state)
        .order_by(Shard.stage)
    )


def _plan(session: Session, job: Job) -> None:
    """Make the current stage's shards; a stage without any is passed over; after the last the job has succeeded."""
    kind = KINDS[job.kind]
    while job.stage < len(kind.stages):
        plans = kind.stages[job.stage].plan(session, job)
        if plans:
            session.add_all(
                Shard(job_id=job.id, stage=job.stage, number=number, params=plan.params, total=plan.total)
                for number, plan in enumerate(plans)
            )
            session.flush()
            queue.enqueue(session, job.id, min(len(plans), 8))
            return
        job.stage += 1
    kind.succeeded(session, job)
    _set_ended(session, job, JobState.SUCCEEDED)


def _end(session: Session, job: Job, state: JobState) -> None:
    """End a job before its time; the kind tidies what it had begun."""
    KINDS[job.kind].stopped(session, job)
    _set_ended(session, job, state)


def _set_ended(session: Session, job: Job, state: JobState) -> None:
    job.state = state
    session.flush()
    session.execute(update(Job).where(Job.id == job.id).values(finished_at=func.clock_timestamp()))


def _locked(session: Session, job_id: int) -> Job:
    """A job as it is now, and as it stays until this transaction ends."""
    return session.get_one(Job, job_id, with_for_update=True, populate_existing=True)


def _wanted() -> ColumnElement[bool]:
    """The job has not ended, and nobody asked it to stop."""
    return and_(Job.state.in_(ACTIVE), ~Job.cancel)


def _fence(session: Session, shard: Shard, **values: Any) -> None:
    """Write to a shard only while this attempt still owns it."""
    result = session.execute(
        update(Shard)
        .where(Shard.id == shard.id, Shard.attempt == shard.attempt, Shard.state == ShardState.RUNNING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", result).rowcount != 1:
        raise Fenced


def _abandoned(condition: Any) -> Any:
    """Active jobs of which no shard is being worked on."""
    busy = select(Shard.id).where(Shard.job_id == Job.id, Shard.state == ShardState.RUNNING, _fresh()).exists()
    return select(Job.id).where(Job.state.in_(ACTIVE), condition, ~busy)


def _fresh() -> Any:
    return Shard.heartbeat_at > func.now() - func.make_interval(0, 0, 0, 0, 0, 0, stale_seconds())
