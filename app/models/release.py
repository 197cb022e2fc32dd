"""Frozen exports."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json


class Release(Identified, Dated, Base):
    """A frozen, reproducible export. `sha256` is null until the file is written whole."""

    __tablename__ = "releases"
    __table_args__ = (UniqueConstraint("dataset_id", "version"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    version: Mapped[int]
    format: Mapped[str]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    sha256: Mapped[str | None]
    size: Mapped[int | None]
    rows: Mapped[int] = mapped_column(server_default="0")
    manifest: Mapped[Json] = mapped_column(server_default="{}")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class ReleaseRow(Base):
    """The exact words that a release holds: a sample, and its revision where an expert edited it."""

    __tablename__ = "release_rows"

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id", ondelete="CASCADE"), primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True)
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
