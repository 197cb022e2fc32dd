"""What a run decided: its counts, its columns, and a verdict for every sample that it drops."""

from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json


class MeasureSet(Identified, Dated, Base):
    """The names of the measures taken together; the fingerprint changes when the measuring code or a setting does."""

    __tablename__ = "measure_sets"

    fingerprint: Mapped[str] = mapped_column(unique=True)
    names: Mapped[list[str]] = mapped_column(ARRAY(Text))


class Run(Identified, Dated, Base):
    """One application of a recipe version to a dataset. The newest published run's verdicts are the ones that count.

    `counts` are samples, kept, dropped and duplicates; `details` hold them by rule, corpus and language.
    """

    __tablename__ = "runs"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    recipe_version_id: Mapped[int] = mapped_column(ForeignKey("recipe_versions.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    set_id: Mapped[int | None] = mapped_column(ForeignKey("measure_sets.id"))
    last_sample_id: Mapped[int] = mapped_column(server_default="0")
    published: Mapped[bool] = mapped_column(server_default="false")
    counts: Mapped[Json] = mapped_column(server_default="{}")
    details: Mapped[Json] = mapped_column(server_default="{}")


class RunBlock(Base):
    """What a run decided about a block's samples, as columns.

    `failing`: how many rules each sample breaks (uint8). `copies`: (place, survivor's id, similarity) of each duplicate.
    `conflicts`: (place, partner's id, disagreement) of each sample that contradicts another one.
    """

    __tablename__ = "run_blocks"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("blocks.id", ondelete="CASCADE"), primary_key=True, index=True)
    failing: Mapped[bytes]
    copies: Mapped[bytes]
    conflicts: Mapped[bytes] = mapped_column(server_default="")


class Verdict(Base):
    """A sample that a run drops, and why. `failures` lists every failing rule: {rule, measure, value, bound}.

    A kept sample has no row: it is among the run's samples (up to `last_sample_id`) and not here.
    """

    __tablename__ = "verdicts"
    __table_args__ = (
        Index("ix_verdicts_sample", "sample_id"),
        Index("ix_verdicts_reasons", "reasons", postgresql_using="gin"),
        Index("ix_verdicts_copies", "run_id", "duplicate_of", postgresql_where="duplicate_of IS NOT NULL"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    failures: Mapped[Any] = mapped_column(JSONB, server_default="[]")
    duplicate_of: Mapped[int | None]
    similarity: Mapped[float | None]
