"""When a sample is decided: once all its places are filled, by what all its experts say."""

from collections.abc import Sequence

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.curation.sample import Json
from app.models import Decision, Review, Revision, Sample, SampleState, Slot, SlotPurpose, SlotState
from app.services import disputes

OUTCOMES = {
    Decision.APPROVE: SampleState.APPROVED,
    Decision.REJECT: SampleState.REJECTED,
    Decision.FLAG: SampleState.FLAGGED,
}

_OPEN = aliased(Slot)
_IS_WAITING = exists().where(
    _OPEN.sample_id == bindparam("sample"),
    _OPEN.purpose == SlotPurpose.REVIEW,
    _OPEN.state.in_([SlotState.OPEN, SlotState.LEASED]),
)
# All answers on a sample; none while a place waits.
_ANSWERS = (
    select(Review.decision, Review.revision_id, Revision.content)
    .join(Slot, Slot.id == Review.slot_id)
    .outerjoin(Revision, Revision.id == Review.revision_id)
    .where(
        Review.sample_id == bindparam("sample"),
        Slot.purpose == SlotPurpose.REVIEW,
        Review.counted,
        Review.undone_at.is_(None),
        Review.decision != Decision.SKIP,
        ~_IS_WAITING,
    )
    .order_by(Review.id)
)


def settle(session: Session, sample: Sample) -> None:
    """Decide a sample once all its places for reviews are filled."""
    answers = session.execute(_ANSWERS, {"sample": sample.id}).all()
    if not answers:
        return
    sample.state, sample.revision_id = agreed(answers)
    if sample.state is not SampleState.FLAGGED and disputes.over_questions(session, sample):
        sample.state, sample.revision_id = SampleState.FLAGGED, None
    sample.decided_at, sample.acceptance_id = func.now(), None
    session.flush()


def agreed(answers: Sequence[tuple[Decision, int | None, Json | None]]) -> tuple[SampleState, int | None]:
    """(decision, revision, its content) of all experts: what all of them say, or flagged for a colleague to settle.

    Two who approve different words do not agree: what is released must be what each of them has read and approved.
    """
    first, revision_id, content = answers[0]
    if any(decision is not first for decision, _, _ in answers):
        return SampleState.FLAGGED, None
    if first is Decision.APPROVE and any(other != content for _, _, other in answers):
        return SampleState.FLAGGED, None
    return OUTCOMES[first], revision_id if first is Decision.APPROVE else None


def unsettle(sample: Sample) -> bool:
    """Put a sample back in the queue; False where it has been dropped in the meantime."""
    if sample.state is SampleState.DROPPED:
        return False
    sample.state, sample.revision_id, sample.decided_at = SampleState.QUEUED, None, None
    return True
