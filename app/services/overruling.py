"""Keeping a sample although a rule or a near-duplicate drops it, and taking that back."""

from typing import Any, cast

import numpy as np
from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Dataset, Review, Sample, SampleState, User
from app.services import queue_order, slots
from app.services.errors import Conflict


def overrule(session: Session, dataset: Dataset, sample_id: int, by: User) -> None:
    """Send a dropped sample to review in spite of its verdict. Conflict where it is not dropped any more."""
    changed = _change(
        session,
        dataset,
        sample_id,
        Sample.state == SampleState.DROPPED,
        state=SampleState.QUEUED,
        overruled_by=by.id,
        overruled_at=func.now(),
    )
    if not changed:
        raise Conflict(say("This sample is not dropped any more, so there was nothing to change. Look at its page again."))
    slots.open_slots(session, dataset, select(Sample.id).where(Sample.id == sample_id))
    queue_order.arrange(session, dataset, np.array([sample_id]))


def take_back(session: Session, dataset: Dataset, sample_id: int) -> None:
    """Drop an overruled sample again. Conflict once an expert has answered: an answer is never thrown away."""
    if session.scalar(select(Review.id).where(Review.sample_id == sample_id, Review.undone_at.is_(None)).limit(1)):
        raise Conflict(
            say("An expert has answered this sample since it was kept, and that answer stands. Nothing was changed.")
        )
    changed = _change(
        session,
        dataset,
        sample_id,
        Sample.state == SampleState.QUEUED,
        Sample.overruled_at.is_not(None),
        state=SampleState.DROPPED,
        overruled_by=None,
        overruled_at=None,
    )
    if not changed:
        raise Conflict(say("This sample does not wait for review any more, so it was not dropped. Look at its page again."))
    slots.close_slots(session, dataset, select(Sample.id).where(Sample.id == sample_id))


def _change(session: Session, dataset: Dataset, sample_id: int, *conditions: Any, **values: Any) -> bool:
    """Compare and set: true only where the conditions held until now."""
    result = session.execute(
        update(Sample)
        .where(Sample.dataset_id == dataset.id, Sample.id == sample_id, *conditions)
        .values(**values)
        .execution_options(synchronize_session="fetch")
    )
    return cast("CursorResult[Any]", result).rowcount == 1
