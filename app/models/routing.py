"""Who is asked about which samples: lanes of the queue, batches with a date, and fields that a lead gave to samples."""

from datetime import date

from sqlalchemy import Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified


class Lane(Base):
    """One kind of place in a dataset's queue. An empty part is everybody's; `name` is what places bear."""

    __tablename__ = "lanes"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(server_default="")
    field: Mapped[str] = mapped_column(server_default="")
    for_group: Mapped[str] = mapped_column(server_default="")


class Batch(Identified, Dated, Base):
    """Samples that are wanted together, by a day if one is given. A sample is in one batch at most."""

    __tablename__ = "batches"
    __table_args__ = (Index("uq_batches_name", "dataset_id", "name", unique=True),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    name: Mapped[str]
    words: Mapped[str] = mapped_column(server_default="")
    corpus_id: Mapped[int | None] = mapped_column(ForeignKey("corpora.id", ondelete="SET NULL"))
    for_group: Mapped[str] = mapped_column(server_default="")
    due_on: Mapped[date | None] = mapped_column(Date)
    samples: Mapped[int] = mapped_column(server_default="0")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class SampleField(Dated, Base):
    """The field that a lead gave to a sample which experts passed on; it stands above that of the corpus."""

    __tablename__ = "sample_fields"

    sample_id: Mapped[int] = mapped_column(ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str]
    given_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
