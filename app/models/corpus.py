"""Uploaded raw files, and the lines of them that did not become samples."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json


class CorpusState(StrEnum):
    """UNMAPPED waits for a person to say which column is what."""

    UNMAPPED = "unmapped"
    WAITING = "waiting"
    IMPORTING = "importing"
    READY = "ready"
    FAILED = "failed"


class Making(StrEnum):
    """What becomes of the passages of a document: a text sample each, or nothing yet. Its exchanges are always samples."""

    TEXT = "text"
    PASSAGES = "passages"


class Corpus(Identified, Dated, Base):
    """One uploaded raw file or archive. lines = accepted + refused + copies + passages, always.

    `passages` are those kept without a sample of their own: evidence, and what questions are made from. `making` says
    what becomes of a document's passages, `chunking` how large they are. `previous_id` is the corpus whose documents
    this one holds newer versions of.

    Of near-duplicates, the one from a `trusted` corpus stays where the recipe says so. Experts of its `field`, and of
    the group it is for, are asked about its samples; everybody where none is said.
    """

    __tablename__ = "corpora"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    licence: Mapped[str] = mapped_column(server_default="")
    origin: Mapped[str] = mapped_column(server_default="")
    shape: Mapped[str | None]
    mapping: Mapped[Json | None]
    trusted: Mapped[bool] = mapped_column(server_default="false")
    field: Mapped[str] = mapped_column(server_default="")
    for_group: Mapped[str] = mapped_column(server_default="")
    state: Mapped[CorpusState] = mapped_column(server_default=CorpusState.WAITING)
    error: Mapped[str | None]
    lines: Mapped[int] = mapped_column(server_default="0")
    accepted: Mapped[int] = mapped_column(server_default="0")
    refused: Mapped[int] = mapped_column(server_default="0")
    copies: Mapped[int] = mapped_column(server_default="0")
    passages: Mapped[int] = mapped_column(server_default="0")
    making: Mapped[Making] = mapped_column(server_default=Making.TEXT)
    chunking: Mapped[Json] = mapped_column(server_default="{}")
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("corpora.id", ondelete="SET NULL"))
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class RefusedLine(Identified, Base):
    """A line that could not become a sample, and why."""

    __tablename__ = "refused_lines"
    __table_args__ = (Index("ix_refused_lines_corpus", "corpus_id", "position"),)

    corpus_id: Mapped[int] = mapped_column(ForeignKey("corpora.id", ondelete="CASCADE"))
    file: Mapped[str]
    position: Mapped[int]
    line: Mapped[int | None]
    offset: Mapped[int | None]
    code: Mapped[str]
    message: Mapped[str]
    excerpt: Mapped[str]


class ExactCopy(Identified, Base):
    """A line whose content equals, to the letter, a sample that the dataset already holds."""

    __tablename__ = "exact_copies"
    __table_args__ = (Index("ix_exact_copies_corpus", "corpus_id", "position"),)

    corpus_id: Mapped[int] = mapped_column(ForeignKey("corpora.id", ondelete="CASCADE"))
    file: Mapped[str]
    position: Mapped[int]
    line: Mapped[int | None]
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), index=True)
