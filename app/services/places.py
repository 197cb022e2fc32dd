"""What an answer meets when it arrives: one that came before, what is asked now, and its sample and place, locked."""

from sqlalchemy import Row, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.messages import say
from app.models import (
    Dataset,
    Decision,
    Guideline,
    Review,
    Rubric,
    Sample,
    SampleState,
    Slot,
    SlotPurpose,
    SlotState,
    User,
)
from app.services.errors import NotFound

# Put together once: these are asked with every answer.
_NEWEST = aliased(Rubric)
_RUBRIC_ID = (
    select(_NEWEST.id)
    .where(_NEWEST.dataset_id == bindparam("dataset"))
    .order_by(_NEWEST.version.desc())
    .limit(1)
    .scalar_subquery()
)
_GUIDELINE_ID = (
    select(Guideline.id)
    .where(Guideline.dataset_id == bindparam("dataset"))
    .order_by(Guideline.version.desc())
    .limit(1)
    .scalar_subquery()
)
# The answer that was sent with this key before, and what the dataset asks now.
_BEFORE = (
    select(Review, Rubric, _GUIDELINE_ID)
    .select_from(Dataset)
    .outerjoin(Review, Review.idempotency_key == bindparam("key"))
    .outerjoin(Rubric, Rubric.id == _RUBRIC_ID)
    .where(Dataset.id == bindparam("dataset"))
)
_SAMPLE = (
    select(Sample)
    .where(
        Sample.id
        == select(Slot.sample_id)
        .where(Slot.id == bindparam("slot"), Slot.dataset_id == bindparam("dataset"))
        .scalar_subquery()
    )
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_PLACE = (
    select(
        Slot,
        Slot.leased_until < func.now(),
        exists().where(
            Review.sample_id == Slot.sample_id,
            Review.expert_id == bindparam("expert"),
            Review.counted,
            Review.undone_at.is_(None),
            Review.decision != Decision.SKIP,
        ),
    )
    .where(Slot.id == bindparam("slot"))
    .with_for_update(of=Slot)
    .execution_options(populate_existing=True)
)


def before(session: Session, dataset: Dataset, key: str) -> Row[Review | None, Rubric | None, int | None]:
    """(the answer that was sent with this key before, the newest questions, the newest version of the guidelines)."""
    return session.execute(_BEFORE, {"dataset": dataset.id, "key": key}).one()


def locked(session: Session, dataset: Dataset, slot_id: int, expert: User) -> tuple[Sample, Row[Slot, bool, bool]]:
    """The sample first, then its place, as a run locks them when it publishes, so that neither waits for ever."""
    sample = session.scalar(_SAMPLE, {"slot": slot_id, "dataset": dataset.id})
    place = session.execute(_PLACE, {"slot": slot_id, "expert": expert.id}).one_or_none()
    if sample is None or place is None:
        raise NotFound(
            say("This sample is not part of the dataset any more. Your text stays in the form; copy it if you need it.")
        )
    return sample, place


def may_count(sample: Sample, place: Row[Slot, bool, bool], expert: User, *, was_given: bool) -> bool:
    """Whether the place is this expert's to fill, and they have not answered the sample in another place.

    One that is reserved for nobody any more, only if it was theirs: `was_given`.
    """
    slot, is_over, has_answered = place
    # An audit or a gold sample asks about a sample that may be decided already.
    needs_queue = slot.purpose in (SlotPurpose.REVIEW, SlotPurpose.ACCEPTANCE)
    if needs_queue and sample.state is not SampleState.QUEUED:
        return False
    is_theirs = slot.state is SlotState.LEASED and slot.expert_id == expert.id
    is_free = slot.state is SlotState.OPEN or (slot.state is SlotState.LEASED and bool(is_over))
    return (is_theirs or (is_free and was_given)) and not has_answered
