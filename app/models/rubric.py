"""What experts are asked about a sample."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified


class Rubric(Identified, Dated, Base):
    """One version of a dataset's questions, in order. Versions are never changed; answers name theirs."""

    __tablename__ = "rubrics"
    __table_args__ = (UniqueConstraint("dataset_id", "version"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    version: Mapped[int]
    questions: Mapped[list[Any]] = mapped_column(JSON)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
