"""Frozen exports: what was asked for, the words that go in, what the gate found, and the files."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json


class ReleaseState(StrEnum):
    """HELD waits for a person, because the gate found something that blocks."""

    CHECKING = "checking"
    HELD = "held"
    WRITING = "writing"
    PUBLISHED = "published"
    FAILED = "failed"


class Level(StrEnum):
    """How a check of the gate ended."""

    PASS = "pass"  # noqa: S105 - not a password
    WARN = "warn"
    BLOCK = "block"


class Release(Identified, Dated, Base):
    """A frozen, reproducible export. `sha256` is the manifest's, null until everything is written whole.

    `composition` is what was asked for, `frozen` the facts at the moment of freezing, `manifest` what was written.
    """

    __tablename__ = "releases"
    __table_args__ = (UniqueConstraint("dataset_id", "version"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    version: Mapped[int]
    format: Mapped[str]
    state: Mapped[ReleaseState] = mapped_column(server_default=ReleaseState.CHECKING)
    composition: Mapped[Json] = mapped_column(server_default="{}")
    frozen: Mapped[Json] = mapped_column(server_default="{}")
    manifest: Mapped[Json] = mapped_column(server_default="{}")
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    sha256: Mapped[str | None]
    size: Mapped[int | None]
    rows: Mapped[int] = mapped_column(server_default="0")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime | None]
    files_removed_at: Mapped[datetime | None]


class ReleaseRow(Base):
    """The exact words that a release holds: a sample, and its revision where an expert edited it.

    `position` runs from 0 in the order of corpora and lines, rows that are left out later counted through. `answers`
    are what its reviewers agreed on and who they were, where the format or the provenance asks for it.
    """

    __tablename__ = "release_rows"
    __table_args__ = (Index("ix_release_rows_position", "release_id", "position"),)

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id", ondelete="CASCADE"), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True)
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    position: Mapped[int] = mapped_column(server_default="0")
    approved: Mapped[bool] = mapped_column(server_default="true")
    split: Mapped[str] = mapped_column(server_default="train")
    left_out: Mapped[str] = mapped_column(server_default="")
    weight: Mapped[float] = mapped_column(server_default="1")
    answers: Mapped[Json | None]
    provenance: Mapped[Json | None]
    """Who decided on it and under what, as of the freezing; null unless the layout asks for it."""


class ReviewerNumber(Base):
    """What a reviewer is called in a dataset's releases."""

    __tablename__ = "reviewer_numbers"
    __table_args__ = (UniqueConstraint("dataset_id", "number"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    number: Mapped[int]


class ReleaseFile(Base):
    """One file of a release; its bytes are a blob."""

    __tablename__ = "release_files"

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    split: Mapped[str] = mapped_column(server_default="")
    rows: Mapped[int | None]
    size: Mapped[int]
    sha256: Mapped[str]


class ReleaseFinding(Identified, Base):
    """A row that a check of the gate points at, and why. Capped per check and shard: the counts are in the tallies."""

    __tablename__ = "release_findings"
    __table_args__ = (Index("ix_release_findings_check", "release_id", "check", "position"),)

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id", ondelete="CASCADE"))
    check: Mapped[str]
    position: Mapped[int]
    sample_id: Mapped[int]
    why: Mapped[str]
    said: Mapped[Json] = mapped_column(server_default="{}")
    """The parts of `why`, for `app.messages.again`."""


class ReleaseTally(Base):
    """What one shard of the checking counted, by check: added up when all shards are through."""

    __tablename__ = "release_tallies"

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id", ondelete="CASCADE"), primary_key=True)
    shard: Mapped[int] = mapped_column(primary_key=True)
    check: Mapped[str] = mapped_column(primary_key=True)
    facts: Mapped[Json]


class ReleaseCheck(Base):
    """How a check of the gate ended; where it blocks, who let the release pass all the same, and why."""

    __tablename__ = "release_checks"

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id", ondelete="CASCADE"), primary_key=True)
    check: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[Level]
    words: Mapped[str]
    said: Mapped[Json] = mapped_column(server_default="{}")
    """The parts of `words`, for `app.messages.again`: readers have it in their language, the manifest in English."""
    rows: Mapped[int] = mapped_column(server_default="0")
    facts: Mapped[Json] = mapped_column(server_default="{}")
    overridden_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    overridden_at: Mapped[datetime | None]
    overridden_because: Mapped[str] = mapped_column(server_default="")


class Tokenizer(Identified, Dated, Base):
    """A tokenizer.json that releases of a dataset can be counted with; its bytes are a blob."""

    __tablename__ = "tokenizers"
    __table_args__ = (UniqueConstraint("dataset_id", "name"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    name: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    vocabulary: Mapped[int]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Selection(Identified, Dated, Base):
    """A saved query: which samples a release is made of."""

    __tablename__ = "selections"
    __table_args__ = (UniqueConstraint("dataset_id", "name"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    name: Mapped[str]
    selection: Mapped[Json]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
