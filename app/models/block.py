"""Measures and signatures as columns: one row holds one measure of some thousand samples."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Identified


class Block(Identified, Base):
    """Every sample of a dataset from `first_id` to `last_id`, measured in one step.

    `ids` are little-endian int64 in ascending order, `corpora` the ids of their corpora as int32. Where one of its
    samples is deleted, the database drops the block (a trigger on samples): what is left is measured again.
    """

    __tablename__ = "blocks"
    __table_args__ = (UniqueConstraint("dataset_id", "first_id"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    first_id: Mapped[int]
    last_id: Mapped[int]
    samples: Mapped[int]
    ids: Mapped[bytes]
    corpora: Mapped[bytes]


class BlockColumn(Base):
    """One measure of a block's samples as the smallest of f2, f4 and f8 that is exact; a single value stands for all."""

    __tablename__ = "block_columns"

    set_id: Mapped[int] = mapped_column(ForeignKey("measure_sets.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("blocks.id", ondelete="CASCADE"), primary_key=True, index=True)
    dtype: Mapped[str]
    values: Mapped[bytes]


class BlockSignature(Base):
    """One deduplicator's signatures of a block's samples, uint32; `config` is that deduplicator's fingerprint."""

    __tablename__ = "block_signatures"

    config: Mapped[str] = mapped_column(primary_key=True)
    block_id: Mapped[int] = mapped_column(ForeignKey("blocks.id", ondelete="CASCADE"), primary_key=True, index=True)
    deduplicator: Mapped[str]
    values: Mapped[bytes]
