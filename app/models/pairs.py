"""Verified near-duplicates of a dataset, found once and extended as samples are added."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Identified


class PairSet(Identified, Base):
    """All duplicates under one configuration of a deduplicator, at its threshold or above, up to `last_sample_id`.

    `config` is the deduplicator's fingerprint. Where a sample of the dataset is deleted, the database drops the set.
    """

    __tablename__ = "pair_sets"
    __table_args__ = (UniqueConstraint("dataset_id", "config"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    deduplicator: Mapped[str]
    config: Mapped[str]
    threshold: Mapped[float]
    last_sample_id: Mapped[int]


class PairBlock(Base):
    """Pairs found in one pass: ids of earlier and later samples (int64), similarities (f8), whether equal (bool).

    An equal pair joins a member of a group of equals to the group's first; all others are between firsts of groups.
    """

    __tablename__ = "pair_blocks"

    pair_set_id: Mapped[int] = mapped_column(ForeignKey("pair_sets.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    firsts: Mapped[bytes]
    seconds: Mapped[bytes]
    similarities: Mapped[bytes]
    equal: Mapped[bytes]


class SurvivorChoice(Base):
    """A sample that a person wants to stay where it has near-duplicates."""

    __tablename__ = "survivor_choices"

    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    chosen_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
