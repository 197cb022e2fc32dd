"""All answers that an expert has given in a dataset, newest first, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Dataset, Review, Sample, User

PAGE = 50


@dataclass(frozen=True)
class Page:
    """`earlier` is the key of the page after this one, None on the last."""

    rows: Sequence[tuple[Review, str]]
    earlier: int | None


def page(session: Session, dataset: Dataset, expert: User, before: int | None = None) -> Page:
    """The answers that stand, or stand beside a colleague's, each with its sample's first words."""
    query = (
        select(Review, func.coalesce(func.nullif(func.left(Sample.question, 120), ""), func.left(Sample.answer, 120)))
        .join(Sample, Sample.id == Review.sample_id)
        .where(Review.dataset_id == dataset.id, Review.expert_id == expert.id, Review.undone_at.is_(None))
    )
    if before is not None:
        query = query.where(Review.id < before)
    found = [
        (review, words.strip()) for review, words in session.execute(query.order_by(Review.id.desc()).limit(PAGE + 1))
    ]
    return Page(found[:PAGE], found[PAGE - 1][0].id if len(found) > PAGE else None)
