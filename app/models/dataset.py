"""Datasets and the people in them."""

from datetime import datetime
from enum import StrEnum
from functools import partial
from secrets import token_bytes

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json


class Purpose(StrEnum):
    """What the fine-tuned model is for."""

    TASK = "task"
    DOMAIN = "domain"


class DatasetForm(StrEnum):
    """What most of the samples look like; decides the default recipe."""

    CHAT = "chat"
    INSTRUCTION = "instruction"
    TEXT = "text"


class Role(StrEnum):
    """What a member may do: an expert reviews, a lead also settles and sees everything, an admin also changes everything."""

    EXPERT = "expert"
    LEAD = "lead"
    ADMIN = "admin"


class Dataset(Identified, Dated, Base):
    """What a team is building. `pseudonym_key` is the secret from which its pseudonyms of personal data are made.

    `review_plan` says how reviewing is organised; while `paused_at` is set nobody is given a sample.
    Files of releases are kept for the newest `keep_releases` and for `keep_days`; for ever where neither is set.
    """

    __tablename__ = "datasets"
    __table_args__ = (CheckConstraint("reviews_per_sample BETWEEN 1 AND 9", name="reviews_per_sample"),)

    name: Mapped[str] = mapped_column(unique=True)
    goal: Mapped[str] = mapped_column(server_default="")
    purpose: Mapped[Purpose]
    form: Mapped[DatasetForm]
    target: Mapped[int | None]
    reviews_per_sample: Mapped[int] = mapped_column(server_default="1")
    review_plan: Mapped[Json] = mapped_column(server_default="{}")
    paused_at: Mapped[datetime | None]
    keep_releases: Mapped[int | None]
    keep_days: Mapped[int | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    pseudonym_key: Mapped[bytes] = mapped_column(default=partial(token_bytes, 32), deferred=True)


class Membership(Dated, Base):
    """A person's role in one dataset, and what they review there: no language and no field is all of them.

    Samples for a group come to its members only.
    """

    __tablename__ = "memberships"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[Role]
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    groups: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
