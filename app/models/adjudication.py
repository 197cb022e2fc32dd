"""What leads decide where experts differ, samples with known answers, and desks that wait for a word with the lead."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified
from app.models.review import Decision


class Cause(StrEnum):
    """Why experts differed: what the guidelines leave open, what the text does, what people do."""

    GAP = "gap"
    TEXT = "text"
    SLIP = "slip"
    BOTH = "both"
    OPINION = "opinion"


class Adjudication(Identified, Dated, Base):
    """A lead's decision on a sample. Appended, never changed, save that undo stamps `undone_at`.

    `review_id` is the answer that was taken; where the lead decided in other words than any expert it is null.
    """

    __tablename__ = "adjudications"
    __table_args__ = (
        Index("ix_adjudications_standing", "dataset_id", "id", postgresql_where="undone_at IS NULL"),
        Index("ix_adjudications_sample", "sample_id", "id"),
    )

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"))
    lead_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decision: Mapped[Decision]
    review_id: Mapped[int | None] = mapped_column(ForeignKey("reviews.id"))
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    cause: Mapped[Cause]
    note: Mapped[str] = mapped_column(server_default="")
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    undone_at: Mapped[datetime | None]


class AdjudicationHold(Base):
    """A flagged sample that a lead has before them, so that another lead is given the next one."""

    __tablename__ = "adjudication_holds"

    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    held_until: Mapped[datetime]


class GoldSample(Identified, Dated, Base):
    """A sample whose right answer is known, given to experts to see how well they do. Retired, never deleted."""

    __tablename__ = "gold_samples"
    __table_args__ = (
        Index("uq_gold_samples_sample", "sample_id", unique=True, postgresql_where="retired_at IS NULL"),
        Index("ix_gold_samples_dataset", "dataset_id", "id"),
    )

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"))
    decision: Mapped[Decision]
    why: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    retired_at: Mapped[datetime | None]


class DeskPause(Identified, Dated, Base):
    """An expert's desk rests because too many of their last answers on gold samples were not the known ones."""

    __tablename__ = "desk_pauses"
    __table_args__ = (
        Index("uq_desk_pauses_open", "dataset_id", "user_id", unique=True, postgresql_where="ended_at IS NULL"),
    )

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    right: Mapped[int]
    of: Mapped[int]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
