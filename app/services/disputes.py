"""Whether experts who decided alike answered a sample's questions so differently that a lead should look at it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.agreement import alike
from app.models import Dataset, Decision, Review, Sample, Slot, SlotPurpose
from app.services import gold_plan


def over_questions(session: Session, sample: Sample) -> bool:
    """True where the answers are less alike than the dataset's plan asks for."""
    plan = gold_plan.of(session.get_one(Dataset, sample.dataset_id))
    if not plan.least_alike:
        return False
    answers = session.scalars(
        select(Review.answers)
        .join(Slot, Slot.id == Review.slot_id)
        .where(
            Review.sample_id == sample.id,
            Slot.purpose == SlotPurpose.REVIEW,
            Review.counted,
            Review.undone_at.is_(None),
            Review.decision != Decision.SKIP,
        )
    ).all()
    return alike(answers) < plan.least_alike
