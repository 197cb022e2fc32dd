"""The versions of a dataset's recipe."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json


class RecipeVersion(Identified, Dated, Base):
    """One version of the choice of rules and deduplication. Versions are never changed."""

    __tablename__ = "recipe_versions"
    __table_args__ = (UniqueConstraint("dataset_id", "version"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    version: Mapped[int]
    recipe: Mapped[Json]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
