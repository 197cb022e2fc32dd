"""Model judges of a dataset: what they are asked, their runs, and what they said of each sample."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.curation.judge.criterion import Criterion, JudgeKind
from app.db import Base, Dated, Identified, Json
from app.models.generation import MONEY


class Judge(Identified, Dated, Base):
    """A model as a judge of a dataset's samples. `kind` never changes: a figure of one kind means nothing in another."""

    __tablename__ = "judges"
    __table_args__ = (UniqueConstraint("dataset_id", "name"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    name: Mapped[str]
    kind: Mapped[JudgeKind]


class JudgeVersion(Identified, Dated, Base):
    """What a judge is asked and by which model, as saved once; never changed. Agreement holds for one version only.

    `question` is the rating question of the rubric that its score is compared with, empty for the decision.
    `shared_at`: a lead has let experts see what it says, after its agreement with them was measured.
    """

    __tablename__ = "judge_versions"
    __table_args__ = (UniqueConstraint("judge_id", "version"),)

    judge_id: Mapped[int] = mapped_column(ForeignKey("judges.id", ondelete="CASCADE"))
    version: Mapped[int]
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("model_endpoints.id"))
    model: Mapped[str]
    judged: Mapped[str]
    steps: Mapped[Any] = mapped_column(JSON)
    lowest: Mapped[int] = mapped_column(server_default="1")
    highest: Mapped[int] = mapped_column(server_default="5")
    repeats: Mapped[int] = mapped_column(server_default="1")
    question: Mapped[str] = mapped_column(server_default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    shared_at: Mapped[datetime | None]
    shared_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    def criterion(self, name: str) -> Criterion:
        return Criterion(name, self.judged, tuple(self.steps), self.lowest, self.highest)


class JudgeRun(Identified, Dated, Base):
    """One round of asking a version about samples that it has not judged yet.

    What it was started with is copied here. `spent` counts what was paid or may have been; `held` is set aside for what
    is under way: together they never exceed the `budget`. `halt` says in words why it stopped before its end.
    """

    __tablename__ = "judge_runs"

    version_id: Mapped[int] = mapped_column(ForeignKey("judge_versions.id", ondelete="CASCADE"), index=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))
    samples: Mapped[int] = mapped_column(server_default="0")
    currency: Mapped[str] = mapped_column(server_default="USD")
    price_in: Mapped[Decimal] = mapped_column(MONEY, server_default="0")
    price_out: Mapped[Decimal] = mapped_column(MONEY, server_default="0")
    budget: Mapped[Decimal | None] = mapped_column(MONEY)
    spent: Mapped[Decimal] = mapped_column(MONEY, server_default="0")
    held: Mapped[Decimal] = mapped_column(MONEY, server_default="0")
    halt: Mapped[str] = mapped_column(server_default="")

    @property
    def is_free(self) -> bool:
        return not self.price_in and not self.price_out


class ScoreState(StrEnum):
    """ASKED is an intent, committed before the request leaves. LOST was sent, and nobody knows whether it was paid."""

    ASKED = "asked"
    JUDGED = "judged"
    FAILED = "failed"
    LOST = "lost"


class JudgeScore(Base):
    """What a version said of a sample; it is asked once. `content_hash` is that of what it was sent.

    `score` and `spread` are on the scale of the judge; `details` hold the single scores, the verdicts by sentence, or the
    answer from the passage. `held` is set aside while it is asked.
    """

    __tablename__ = "judge_scores"
    __table_args__ = (Index("ix_judge_scores_sample", "sample_id"), Index("ix_judge_scores_run", "run_id", "state"))

    version_id: Mapped[int] = mapped_column(ForeignKey("judge_versions.id", ondelete="CASCADE"), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("judge_runs.id", ondelete="CASCADE"))
    shard_id: Mapped[int | None]
    content_hash: Mapped[bytes]
    state: Mapped[ScoreState]
    score: Mapped[float | None]
    spread: Mapped[float | None]
    details: Mapped[Json] = mapped_column(server_default="{}")
    held: Mapped[Decimal] = mapped_column(MONEY, server_default="0")
    cost: Mapped[Decimal] = mapped_column(MONEY, server_default="0")
    error: Mapped[str] = mapped_column(server_default="")
