"""Guidelines, the examples that they show, and samples sent back to experts because they changed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json


class Guideline(Identified, Dated, Base):
    """One version of a dataset's guidelines: Markdown, and the examples shown below it, in order. Never changed."""

    __tablename__ = "guidelines"
    __table_args__ = (UniqueConstraint("dataset_id", "version"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    version: Mapped[int]
    text: Mapped[str]
    examples: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class ExampleVerdict(StrEnum):
    """What an example is an example of."""

    GOOD = "good"
    BAD = "bad"
    EDGE = "edge"


class GuidelineExample(Identified, Dated, Base):
    """A real sample in the words that counted when it was chosen, and what it teaches. Versions say which they show."""

    __tablename__ = "guideline_examples"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), index=True)
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    verdict: Mapped[ExampleVerdict]
    note: Mapped[str] = mapped_column(server_default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class Requeue(Identified, Dated, Base):
    """One action: decided samples sent back to experts. `choice` says how they were found.

    After version `guideline_id`; None where the documents changed that the samples were made from.
    """

    __tablename__ = "requeues"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    guideline_id: Mapped[int | None] = mapped_column(ForeignKey("guidelines.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    choice: Mapped[Json] = mapped_column(server_default="{}")
    samples: Mapped[int] = mapped_column(server_default="0")
    undone_at: Mapped[datetime | None]
    restored: Mapped[int] = mapped_column(server_default="0")


class RequeuedSample(Base):
    """What one sample was before it was sent back, so that exactly that can be restored.

    `places` holds its filled places, [{"id", "expert_id"}]; `counted` and `stood` the answers that counted, and all
    that stood, whether or not they counted.
    """

    __tablename__ = "requeued_samples"

    requeue_id: Mapped[int] = mapped_column(ForeignKey("requeues.id", ondelete="CASCADE"), primary_key=True)
    sample_id: Mapped[int] = mapped_column(
        ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True, index=True, autoincrement=False
    )
    state: Mapped[str]
    revision_id: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    places: Mapped[list[Json]] = mapped_column(JSONB)
    counted: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    stood: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
