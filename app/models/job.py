"""Durable background work: the row is the truth, the queue's message only wakes a worker."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json


class JobKind(StrEnum):
    IMPORT = "import"
    RUN = "run"
    CHECK = "check"
    RELEASE = "release"
    BULK = "bulk"
    UNDO = "undo"
    ACCEPTANCE = "acceptance"
    QUEUE = "queue"
    GENERATE = "generate"
    JUDGE = "judge"


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ShardState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"


class Job(Identified, Dated, Base):
    """One piece of background work, in stages. `cancel` asks it to stop at the next safe point."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_active", "id", postgresql_where="state IN ('queued', 'running')"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    kind: Mapped[JobKind]
    params: Mapped[Json] = mapped_column(server_default="{}")
    state: Mapped[JobState] = mapped_column(server_default=JobState.QUEUED)
    stage: Mapped[int] = mapped_column(server_default="0")
    cancel: Mapped[bool] = mapped_column(server_default="false")
    error_code: Mapped[str | None]
    error: Mapped[str | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Shard(Identified, Base):
    """The smallest repeatable piece of a job. `attempt` is its fence: a write by an older attempt is refused.

    `tries` counts claims since the last progress, so that a piece that kills its worker ends as failed.
    """

    __tablename__ = "shards"
    __table_args__ = (
        UniqueConstraint("job_id", "stage", "number"),
        Index("ix_shards_open", "job_id", "stage", "number", postgresql_where="state <> 'done'"),
    )

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    stage: Mapped[int]
    number: Mapped[int]
    params: Mapped[Json] = mapped_column(server_default="{}")
    state: Mapped[ShardState] = mapped_column(server_default=ShardState.QUEUED)
    attempt: Mapped[int] = mapped_column(server_default="0")
    tries: Mapped[int] = mapped_column(server_default="0")
    worker: Mapped[str | None]
    heartbeat_at: Mapped[datetime | None]
    checkpoint: Mapped[Json] = mapped_column(server_default="{}")
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int] = mapped_column(server_default="0")
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Worker(Base):
    """A worker process's last sign of life."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
