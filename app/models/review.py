"""The review queue and what experts answered."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json


class SlotState(StrEnum):
    """CLOSED left the queue because its sample was dropped; it opens again when the sample comes back."""

    OPEN = "open"
    LEASED = "leased"
    DONE = "done"
    CLOSED = "closed"


class Purpose(StrEnum):
    """Why an answer is asked for. Only those of REVIEW decide a sample; the others measure people and strata.

    GOLD has a known answer and is one expert's own, ACCEPTANCE judges a sample drawn for its stratum, AUDIT checks a
    sample that was decided together with many others.
    """

    REVIEW = "review"
    GOLD = "gold"
    ACCEPTANCE = "acceptance"
    AUDIT = "audit"


class Decision(StrEnum):
    """What an expert said of a sample. SKIP gives it back to the queue for others."""

    APPROVE = "approve"
    REJECT = "reject"
    FLAG = "flag"
    SKIP = "skip"


class Slot(Identified, Base):
    """One of the N reviews asked for a sample. Leased rows leave the partial index that the queue reads.

    `lane` says who may take it: an expert takes from the lanes that they serve, and everybody serves the empty one.
    """

    __tablename__ = "slots"
    __table_args__ = (
        UniqueConstraint("sample_id", "number"),
        Index("ix_slots_open", "dataset_id", "lane", "rank", "id", postgresql_where="state = 'open'"),
        Index("ix_slots_batch", "batch_id", "state", postgresql_where="batch_id IS NOT NULL"),
        Index("ix_slots_leased", "dataset_id", "expert_id", "leased_until", postgresql_where="state = 'leased'"),
        Index("ix_slots_gold", "dataset_id", "lane", postgresql_where="purpose = 'gold'"),
    )

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"))
    number: Mapped[int]
    rank: Mapped[float] = mapped_column(server_default="0")
    lane: Mapped[str] = mapped_column(server_default="")
    purpose: Mapped[Purpose] = mapped_column(server_default=Purpose.REVIEW)
    state: Mapped[SlotState] = mapped_column(server_default=SlotState.OPEN)
    expert_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    leased_until: Mapped[datetime | None]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id", ondelete="SET NULL"))


class Review(Identified, Dated, Base):
    """One expert's answer on one sample. Appended, never changed, save that undo stamps `undone_at`.

    `counted` is false where the answer came after another expert's had filled the slot: kept, but not the decision.
    So it is where the sample was sent back to experts after the answer, since when `superseded_at` says.
    `answers` are those to the questions of a rubric, by the question's key; `suggestions_shown` says whether the page
    showed what a model would answer.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        Index(
            "uq_reviews_counted",
            "slot_id",
            unique=True,
            postgresql_where="counted AND undone_at IS NULL AND decision <> 'skip'",
        ),
        Index("ix_reviews_expert", "dataset_id", "expert_id", "id"),
        Index("ix_reviews_sample", "sample_id", "expert_id"),
        Index("ix_reviews_undone", "dataset_id", "undone_at", postgresql_where="undone_at IS NOT NULL"),
        Index("ix_reviews_passed_on", "dataset_id", "sample_id", postgresql_where="reason = 'field'"),
    )

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id", ondelete="CASCADE"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decision: Mapped[Decision]
    reason: Mapped[str] = mapped_column(server_default="")
    comment: Mapped[str] = mapped_column(server_default="")
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    guideline_id: Mapped[int | None] = mapped_column(ForeignKey("guidelines.id"))
    rubric_id: Mapped[int | None] = mapped_column(ForeignKey("rubrics.id"))
    answers: Mapped[Json] = mapped_column(server_default="{}")
    suggestions_shown: Mapped[bool] = mapped_column(server_default="false")
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    counted: Mapped[bool] = mapped_column(server_default="true")
    seconds: Mapped[float | None]
    undone_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
