"""Changing how a dataset is reviewed: the queue follows at once."""

from typing import Any

from sqlalchemy.orm import Session

from app.models import Dataset
from app.services import fitting, queue_order, review_plan


def change(session: Session, dataset: Dataset, *, reviews_per_sample: int, **values: Any) -> None:
    """Keep a new plan; add and close places, and put the queue in order, where the change asks for it."""
    before, reviews = review_plan.load(dataset), dataset.reviews_per_sample
    dataset.reviews_per_sample = reviews_per_sample
    plan = review_plan.save(session, dataset, **values)
    asked = ("more", "more_share", "seed")
    if reviews != reviews_per_sample or any(getattr(plan, name) != getattr(before, name) for name in asked):
        fitting.fit(session, dataset)
    if plan.ordering != before.ordering:
        queue_order.arrange(session, dataset)
