"""Samples as imported, and the revisions that experts make beside them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified


class SampleState(StrEnum):
    """Where a sample stands on its way."""

    CANDIDATE = "candidate"
    DROPPED = "dropped"
    QUEUED = "queued"
    FLAGGED = "flagged"
    APPROVED = "approved"
    REJECTED = "rejected"


class Sample(Identified, Dated, Base):
    """One candidate training example. Its content is never changed: `revision_id` points at the words that count now.

    Content is stored as json, not jsonb, because jsonb would reorder keys and rewrite numbers.
    `number` is its running number in the corpus, archive members counted through.
    """

    __tablename__ = "samples"
    __table_args__ = (
        UniqueConstraint("dataset_id", "content_hash"),
        UniqueConstraint("corpus_id", "number"),
        Index("ix_samples_state", "dataset_id", "state", "id"),
        # Counts by corpus and state are read from the index alone: the table itself holds all the text.
        Index(
            "ix_samples_counts", "dataset_id", "corpus_id", "state", postgresql_include=["revision_id", "decided_at"]
        ),
        Index("ix_samples_overruled", "dataset_id", "id", postgresql_where="overruled_at IS NOT NULL"),
    )

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    corpus_id: Mapped[int] = mapped_column(ForeignKey("corpora.id", ondelete="CASCADE"))
    number: Mapped[int]
    file: Mapped[str]
    position: Mapped[int]
    line: Mapped[int | None]
    offset: Mapped[int | None]
    form: Mapped[str]
    content: Mapped[Any] = mapped_column(JSON)
    meta: Mapped[Any] = mapped_column("metadata", JSON)
    content_hash: Mapped[bytes]
    question: Mapped[str]
    answer: Mapped[str]
    state: Mapped[SampleState] = mapped_column(server_default=SampleState.CANDIDATE)
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id", use_alter=True))
    overruled_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    overruled_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    # Approved because its stratum was accepted on a sample, not because somebody read it. No foreign key: a million
    # rows get it in one step, and each would be checked.
    acceptance_id: Mapped[int | None]


class SampleSearch(Base):
    """A sample's words for full-text search, apart from the sample, whose every change would rewrite their index.

    Made with the sample and dropped with it by the database (a trigger on samples): no key is checked for each row.
    """

    __tablename__ = "sample_search"
    __table_args__ = (Index("ix_sample_search_search", "search", postgresql_using="gin"),)

    sample_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dataset_id: Mapped[int]
    search: Mapped[Any] = mapped_column(TSVECTOR)


class StateCount(Identified, Base):
    """By how many the samples of a corpus in one state grew: appended by triggers on samples, so that nobody waits.

    The sum is what there is. Candidates are not counted: they are what is left of the corpus's accepted lines; samples
    that were deleted have the state "deleted".
    """

    __tablename__ = "state_counts"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    corpus_id: Mapped[int] = mapped_column(ForeignKey("corpora.id", ondelete="CASCADE"), index=True)
    state: Mapped[str]
    samples: Mapped[int]


class Revision(Identified, Dated, Base):
    """What an expert made of a sample; the original stays beside it."""

    __tablename__ = "revisions"

    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), index=True)
    content: Mapped[Any] = mapped_column(JSON)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
