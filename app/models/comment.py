"""What people ask and say about a sample, or about some words of it."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified


class Comment(Identified, Dated, Base):
    """One thing that was said; `parent_id` is the comment that it answers, and only first ones can be answered.

    `path`, `start_at` and `end_at` are the characters of the original that it is about; null for the whole sample.
    An open question keeps its sample out of releases. `key` is the browser's, so that a press sent twice is one comment.
    """

    __tablename__ = "comments"
    __table_args__ = (
        Index("ix_comments_sample", "sample_id", "id"),
        Index("ix_comments_roots", "dataset_id", "id", postgresql_where="parent_id IS NULL"),
        Index(
            "ix_comments_open_questions",
            "dataset_id",
            "sample_id",
            postgresql_where="is_question AND parent_id IS NULL AND resolved_at IS NULL",
        ),
        Index("ix_comments_mentions", "mentions", postgresql_using="gin"),
        Index("ix_comments_parent", "parent_id"),
        Index("ix_comments_author", "dataset_id", "author_id"),
    )

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"))
    path: Mapped[list[str | int] | None] = mapped_column(JSONB(none_as_null=True))
    start_at: Mapped[int | None]
    end_at: Mapped[int | None]
    text: Mapped[str]
    is_question: Mapped[bool] = mapped_column(server_default="false")
    mentions: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    key: Mapped[str | None] = mapped_column(unique=True)
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
