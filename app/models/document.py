"""Documents and their passages, and which passage a sample comes from."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json


class Document(Identified, Dated, Base):
    """One file of a corpus. `name` is its path in what was uploaded, without the archive's: its identity across versions.

    `sha256` names its own bytes, kept as a file of their own. `replaced_by` is the newer version of it.
    `items` is how many of the corpus's lines came from it, None while it is being read.
    """

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("corpus_id", "number"),
        Index("ix_documents_name", "dataset_id", "name"),
    )

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    corpus_id: Mapped[int] = mapped_column(ForeignKey("corpora.id", ondelete="CASCADE"))
    number: Mapped[int]
    name: Mapped[str]
    format: Mapped[str]
    title: Mapped[str] = mapped_column(server_default="")
    language: Mapped[str] = mapped_column(server_default="")
    pages: Mapped[int | None]
    sha256: Mapped[str]
    size: Mapped[int]
    meta: Mapped[Json] = mapped_column("metadata", server_default="{}")
    items: Mapped[int | None]
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("documents.id", ondelete="SET NULL"), index=True)
    replaced_at: Mapped[datetime | None]


class Passage(Identified, Base):
    """A piece of a document. `start` and `end` are its span in the document's text; `places` are rectangles on pages.

    `duplicate_of` is an earlier passage, of any document of the dataset, that says nearly the same.
    """

    __tablename__ = "passages"
    __table_args__ = (
        UniqueConstraint("document_id", "number"),
        Index("ix_passages_hash", "dataset_id", "text_hash"),
    )

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str]
    text_hash: Mapped[bytes]
    start: Mapped[int]
    end: Mapped[int]
    heading: Mapped[Any] = mapped_column(JSON)
    first_page: Mapped[int | None]
    last_page: Mapped[int | None]
    places: Mapped[Any] = mapped_column(JSON)
    tokens: Mapped[int] = mapped_column(server_default="0")
    flag: Mapped[str | None]
    language: Mapped[str] = mapped_column(server_default="")
    duplicate_of: Mapped[int | None] = mapped_column(ForeignKey("passages.id", ondelete="SET NULL"), index=True)


class SampleSource(Base):
    """The passage that a sample comes from; `start` and `end` mark the words in it, where it is not all of it.

    `stale_at`: a newer version of the document no longer holds this passage word for word; `settled_at`: somebody has
    looked and kept the sample as it is.
    """

    __tablename__ = "sample_sources"

    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True)
    passage_id: Mapped[int] = mapped_column(ForeignKey("passages.id", ondelete="CASCADE"), index=True)
    start: Mapped[int | None]
    end: Mapped[int | None]
    stale_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
