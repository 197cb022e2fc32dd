"""Changing how a dataset is reviewed: the queue follows."""

from typing import Any

from sqlalchemy.orm import Session

from app.models import Dataset
from app.services import replanning, review_plan
from app.services.replanning import Asked


def change(
    session: Session, dataset: Dataset, *, reviews_per_sample: int, by: int | None = None, **values: Any
) -> None:
    """Keep a new plan; add and close places, and put the queue in order, where the change asks for it."""
    review_plan.lock(session, dataset)
    review_plan.reload(session, dataset)
    before, reviews = review_plan.load(dataset), dataset.reviews_per_sample
    dataset.reviews_per_sample = reviews_per_sample
    plan = review_plan.save(session, dataset, **values)
    names = ("more", "more_share", "seed")
    is_other_number = reviews != reviews_per_sample or any(getattr(plan, one) != getattr(before, one) for one in names)
    asked = Asked(fit=is_other_number, order=plan.ordering != before.ordering)
    if asked != Asked():
        replanning.bring(session, dataset, asked, by)
