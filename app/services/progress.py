"""How far a job is, in the words and numbers that a page or a progress bar shows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import AnyRow
from app.messages import say
from app.models import Job, JobKind, JobState, ShardState
from app.services import jobs
from app.services.errors import NotFound

StageState = Literal["todo", "doing", "done", "failed"]

TITLES = {
    JobKind.IMPORT: "Reading a corpus",
    JobKind.RUN: "Applying the recipe",
    JobKind.CHECK: "Checking a release",
    JobKind.RELEASE: "Writing a release",
    JobKind.BULK: "Deciding on many samples",
    JobKind.UNDO: "Undoing a decision on many samples",
    JobKind.ACCEPTANCE: "Working on all samples of an acceptance",
    JobKind.QUEUE: "Bringing the queue to the plan",
    JobKind.GENERATE: "Asking a language model",
    JobKind.JUDGE: "A language model judges samples",
}


@dataclass(frozen=True)
class StageProgress:
    """One stage: units done of all, and how long it has taken so far."""

    title: str
    unit: str
    state: StageState
    done: int
    total: int
    seconds: float | None

    @property
    def share(self) -> float:
        """0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else float(self.state == "done")


@dataclass(frozen=True)
class Pieces:
    """The shards of the current stage, by what has become of them; `again` counts second tries."""

    done: int
    doing: int
    waiting: int
    again: int


@dataclass(frozen=True)
class Progress:
    """Everything a person wants to know while waiting. Rates and times are None where nothing can be said yet."""

    job: Job
    title: str
    stages: Sequence[StageProgress]
    pieces: Pieces
    rate: float | None
    seconds_left: float | None
    last_sign_seconds: float | None
    seconds: float | None

    @property
    def state(self) -> JobState:
        return self.job.state

    @property
    def error(self) -> str | None:
        return self.job.error

    @property
    def ended(self) -> bool:
        return self.job.state not in jobs.ACTIVE

    @property
    def can_cancel(self) -> bool:
        return not self.ended and not self.job.cancel

    @property
    def current(self) -> StageProgress | None:
        """The stage that is being worked on."""
        return next((stage for stage in self.stages if stage.state in {"doing", "failed"}), None)


def of(session: Session, job_id: int) -> Progress:
    """Where a job stands now. NotFound."""
    job = session.get(Job, job_id, populate_existing=True)
    if job is None:
        raise NotFound(say("There is no such job."))
    now: datetime = session.scalar(select(func.clock_timestamp()))  # type: ignore[assignment]
    rows: dict[int, list[AnyRow]] = defaultdict(list)
    for row in jobs.shard_rows(session, job_id):
        rows[row.stage].append(row)
    stages = [_stage(job, number, stage, rows[number], now) for number, stage in enumerate(jobs.stages(job))]
    current = rows[min(job.stage, len(stages) - 1)]
    rate, left = _speed(next((stage for stage in stages if stage.state == "doing"), None))
    signs = [row.heartbeat_at for row in current if row.heartbeat_at]
    return Progress(
        job=job,
        title=TITLES[job.kind],
        stages=stages,
        pieces=_pieces(current),
        rate=rate,
        seconds_left=left,
        last_sign_seconds=(now - max(signs)).total_seconds() if signs else None,
        seconds=((job.finished_at or now) - job.started_at).total_seconds() if job.started_at else None,
    )


def _stage(job: Job, number: int, stage: jobs.Stage, rows: Sequence[AnyRow], now: datetime) -> StageProgress:
    state = _state(job, number)
    total = int(sum(row.total or 0 for row in rows))
    done = (
        total
        if state == "done"
        else int(sum((row.total if row.state is ShardState.DONE else row.done) or 0 for row in rows))
    )
    started = min((row.started_at for row in rows if row.started_at), default=None)
    ended = (
        max((row.finished_at for row in rows if row.finished_at), default=now)
        if state == "done"
        else (job.finished_at or now)
    )
    return StageProgress(
        stage.title, stage.unit, state, done, total, (ended - started).total_seconds() if started else None
    )


def _state(job: Job, number: int) -> StageState:
    if number < job.stage or job.state is JobState.SUCCEEDED:
        return "done"
    if number > job.stage:
        return "todo"
    return "failed" if job.state in {JobState.FAILED, JobState.CANCELLED} else "doing"


def _speed(stage: StageProgress | None) -> tuple[float | None, float | None]:
    """Units a second and seconds left, once a stage has run for two seconds."""
    if stage is None or not stage.done or not stage.seconds or stage.seconds < 2:
        return None, None
    rate = stage.done / stage.seconds
    return rate, max(stage.total - stage.done, 0) / rate if stage.total else None


def _pieces(rows: Sequence[AnyRow]) -> Pieces:
    counts = {row.state: row.shards for row in rows}
    return Pieces(
        counts.get(ShardState.DONE, 0),
        counts.get(ShardState.RUNNING, 0),
        counts.get(ShardState.QUEUED, 0),
        sum(row.again for row in rows),
    )
