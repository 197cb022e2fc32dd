"""Benchmarks that a dataset must not contain, and where it may."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified


class Benchmark(Identified, Dated, Base):
    """An evaluation set. `fingerprint` is the file of its hashes; `sha256` its own file, null where it is hidden."""

    __tablename__ = "benchmarks"
    __table_args__ = (UniqueConstraint("dataset_id", "name"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    name: Mapped[str]
    file_name: Mapped[str]
    hidden: Mapped[bool]
    items: Mapped[int]
    unread: Mapped[int] = mapped_column(server_default="0")
    fingerprint: Mapped[str]
    sha256: Mapped[str | None]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class BlockCheck(Base):
    """What of the benchmarks was seen in a block: samples that may hold an item (int64), and in how many samples
    (`counts`, int32) each known word sequence (`sequences`, int32) stands."""

    __tablename__ = "block_checks"

    config: Mapped[str] = mapped_column(primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("blocks.id", ondelete="CASCADE"), primary_key=True, index=True)
    samples: Mapped[bytes]
    sequences: Mapped[bytes]
    counts: Mapped[bytes]


class CheckSet(Base):
    """Up to where a dataset was last checked, and against what: `config` changes with benchmarks and settings."""

    __tablename__ = "check_sets"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True)
    config: Mapped[str]
    last_sample_id: Mapped[int]


class Contamination(Identified, Dated, Base):
    """A sample, or an expert's revision of it, that holds an item. `path`, `first` and `last` say which characters."""

    __tablename__ = "contaminations"
    __table_args__ = (
        Index("ix_contaminations_benchmark", "benchmark_id", "item"),
        Index("ix_contaminations_sample", "sample_id"),
        Index("ix_contaminations_dataset", "dataset_id", "sample_id"),
    )

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"))
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id", ondelete="CASCADE"))
    benchmark_id: Mapped[int] = mapped_column(ForeignKey("benchmarks.id", ondelete="CASCADE"))
    item: Mapped[str]
    tier: Mapped[str]
    score: Mapped[float]
    path: Mapped[Any] = mapped_column(JSONB)
    first: Mapped[int]
    last: Mapped[int]


class Suspect(Identified, Dated, Base):
    """A sample that may be an item in other words. A person says so or not: `contaminated` is null until then."""

    __tablename__ = "suspects"
    __table_args__ = (
        UniqueConstraint("sample_id", "benchmark_id", "item"),
        Index("ix_suspects_benchmark", "benchmark_id", "contaminated", "score"),
        Index("ix_suspects_dataset", "dataset_id", "sample_id"),
    )

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"))
    benchmark_id: Mapped[int] = mapped_column(ForeignKey("benchmarks.id", ondelete="CASCADE"))
    item: Mapped[str]
    tier: Mapped[str]
    score: Mapped[float]
    path: Mapped[Any] = mapped_column(JSONB)
    first: Mapped[int]
    last: Mapped[int]
    contaminated: Mapped[bool | None]
    judged_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    judged_at: Mapped[datetime | None]
