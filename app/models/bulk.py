"""Decisions on many samples at once, and what is needed to undo them exactly."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json
from app.models.review import Decision, SlotState
from app.models.sample import SampleState


class BulkAction(Identified, Dated, Base):
    """One person's decision on all samples of a query. `count` of `total` were decided; `left` says why others were not.

    `answers` to the questions of a rubric go to every sample. `members` are the samples found, as int64. `audits` of
    them are judged again by another expert, blind. `undone` says what an undo gave back and what it left. `job_id` is
    the work that decides, or undoes, where that takes a while.
    """

    __tablename__ = "bulk_actions"
    __table_args__ = (Index("ix_bulk_actions_dataset", "dataset_id", "id"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decision: Mapped[Decision]
    reason: Mapped[str] = mapped_column(server_default="")
    comment: Mapped[str] = mapped_column(server_default="")
    rubric_id: Mapped[int | None] = mapped_column(ForeignKey("rubrics.id"))
    answers: Mapped[Json] = mapped_column(server_default="{}")
    query: Mapped[Json]
    members: Mapped[bytes] = mapped_column(deferred=True)
    total: Mapped[int]
    count: Mapped[int] = mapped_column(server_default="0")
    settled: Mapped[int] = mapped_column(server_default="0")
    left: Mapped[Json] = mapped_column(server_default="{}")
    audits_wanted: Mapped[int]
    audits: Mapped[int] = mapped_column(server_default="0")
    seed: Mapped[int]
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    finished_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    undone: Mapped[Json] = mapped_column(server_default="{}")


class BulkMember(Base):
    """A sample of a bulk action, the place and review that it took, and how place and sample stood before and after.

    A place goes with its sample, so that only the sample is a foreign key: a hundred thousand are written at once.
    """

    __tablename__ = "bulk_members"

    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulk_actions.id", ondelete="CASCADE"), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True, index=True)
    slot_id: Mapped[int]
    slot_state: Mapped[SlotState]
    slot_expert_id: Mapped[int | None]
    slot_leased_until: Mapped[datetime | None]
    settled_as: Mapped[SampleState | None]
    settled_at: Mapped[datetime | None]
    audit_slot_id: Mapped[int | None]
