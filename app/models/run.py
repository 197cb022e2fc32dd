"""What a run found: measures, signatures, pairs, verdicts."""

from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json


class MeasureSet(Identified, Dated, Base):
    """The names that a stored array of measures has, in order; the fingerprint changes when the measuring code does."""

    __tablename__ = "measure_sets"

    fingerprint: Mapped[str] = mapped_column(unique=True)
    names: Mapped[list[str]] = mapped_column(ARRAY(Text))


class Measured(Base):
    """All measures of one sample: double precision, NaN where a measure does not apply."""

    __tablename__ = "measured"

    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("measure_sets.id"))
    values: Mapped[list[float]] = mapped_column(ARRAY(DOUBLE_PRECISION))


class Signature(Base):
    """A sample's signature for one deduplicator, little-endian unsigned 32-bit; `config` is that deduplicator's fingerprint."""

    __tablename__ = "signatures"

    config: Mapped[str] = mapped_column(primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True, index=True)
    values: Mapped[bytes]


class NearPair(Base):
    """Two samples whose similarity one of a run's deduplicators has verified; `first_id` was imported before `second_id`.

    `identical` marks a member of a group of equals with the group's first; all other pairs are between firsts of groups.
    """

    __tablename__ = "near_pairs"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    deduplicator: Mapped[str] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(primary_key=True)
    second_id: Mapped[int] = mapped_column(primary_key=True)
    similarity: Mapped[float]
    identical: Mapped[bool]


class Run(Identified, Dated, Base):
    """One application of a recipe version to a dataset. The newest published run's verdicts are the ones that count."""

    __tablename__ = "runs"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    recipe_version_id: Mapped[int] = mapped_column(ForeignKey("recipe_versions.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    set_id: Mapped[int | None] = mapped_column(ForeignKey("measure_sets.id"))
    last_sample_id: Mapped[int] = mapped_column(server_default="0")
    published: Mapped[bool] = mapped_column(server_default="false")
    counts: Mapped[Json] = mapped_column(server_default="{}")


class Verdict(Base):
    """Kept or dropped in one run. `failures` lists every failing rule: {rule, measure, value, bound}."""

    __tablename__ = "verdicts"
    __table_args__ = (
        Index("ix_verdicts_sample", "sample_id"),
        Index("ix_verdicts_reasons", "reasons", postgresql_using="gin", postgresql_where="NOT kept"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True)
    kept: Mapped[bool]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    failures: Mapped[Any] = mapped_column(JSONB, server_default="[]")
    duplicate_of: Mapped[int | None]
    similarity: Mapped[float | None]
