"""Strata that are accepted, or not, on the strength of a random sample."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json


class AcceptanceState(StrEnum):
    """DRAWING is a large stratum that is still being frozen. REFUSED sends all of it to full review, WITHDRAWN forgets the
    attempt: both give everything back.
    """

    DRAWING = "drawing"
    JUDGING = "judging"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Acceptance(Identified, Dated, Base):
    """One attempt. `members` are its samples as they were frozen, `held` the places kept out of the queue meanwhile.

    Both are little-endian int64 in ascending order: nobody joins a stratum later. `tolerable`, `confidence` and `allowed`
    are stated before the first answer. `job_id` is the work on all its samples where that takes a while.
    """

    __tablename__ = "acceptances"
    __table_args__ = (Index("ix_acceptances_dataset", "dataset_id", "id"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    name: Mapped[str]
    stratum: Mapped[Json]
    drawn_by: Mapped[str] = mapped_column(server_default="")
    tolerable: Mapped[float]
    confidence: Mapped[float]
    allowed: Mapped[int]
    seed: Mapped[int]
    population: Mapped[int]
    sample_size: Mapped[int] = mapped_column(server_default="0")
    state: Mapped[AcceptanceState] = mapped_column(server_default=AcceptanceState.DRAWING)
    members: Mapped[bytes] = mapped_column(deferred=True, server_default="")
    held: Mapped[bytes] = mapped_column(deferred=True, server_default="")
    certificate: Mapped[Json] = mapped_column(server_default="{}")
    started_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))


class AcceptanceSample(Base):
    """A member that was drawn, and the place in which it is judged; `rank` is where that place stood before.

    `is_defect` is written down when the attempt ends.
    """

    __tablename__ = "acceptance_samples"

    acceptance_id: Mapped[int] = mapped_column(ForeignKey("acceptances.id", ondelete="CASCADE"), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True, index=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id", ondelete="CASCADE"), index=True)
    rank: Mapped[float]
    is_defect: Mapped[bool | None]
