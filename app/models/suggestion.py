"""What a model or a measure would answer to an expert's question."""

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified


class Suggestion(Identified, Dated, Base):
    """One answer that nobody has given yet: `value` is checked and stored as an expert's would be.

    `source` names who says so, such as a model or a measure; `score` is how sure it is, from 0 to 1 where it says.
    """

    __tablename__ = "suggestions"
    __table_args__ = (UniqueConstraint("sample_id", "question", "source"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"))
    question: Mapped[str]
    value: Mapped[Any] = mapped_column(JSONB)
    source: Mapped[str]
    score: Mapped[float | None]
