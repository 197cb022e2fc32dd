"""When a sample is decided: once all its places are filled, by what all its experts say."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.curation.sample import Json
from app.db import AnyRow
from app.models import Dataset, Decision, Review, Revision, Sample, SampleState, Slot, SlotPurpose, SlotState
from app.services import disputes, gold_plan

OUTCOMES = {
    Decision.APPROVE: SampleState.APPROVED,
    Decision.REJECT: SampleState.REJECTED,
    Decision.FLAG: SampleState.FLAGGED,
}


Outcome = tuple[SampleState, int | None]
"""A state, and the revision that counts."""


def settle(session: Session, sample: Sample) -> None:
    """Decide a sample once all its places for reviews are filled."""
    found = outcomes(session, session.get_one(Dataset, sample.dataset_id), [sample.id])
    if not found:
        return
    sample.state, sample.revision_id = found[sample.id]
    sample.decided_at, sample.acceptance_id = func.now(), None
    session.flush()


def outcomes(session: Session, dataset: Dataset, sample_ids: Sequence[int]) -> dict[int, Outcome]:
    """What becomes of those samples whose places for reviews are all filled."""
    answers = session.execute(_ANSWERS, {"samples": sample_ids}).all()
    least_alike = gold_plan.of(dataset).least_alike
    return {sample_id: _outcome(list(found), least_alike) for sample_id, found in groupby(answers, itemgetter(0))}


def _outcome(found: Sequence[AnyRow], least_alike: float) -> Outcome:
    state, revision_id = agreed([(one.decision, one.revision_id, one.content) for one in found])
    if state is not SampleState.FLAGGED and disputes.over_questions([one.answers for one in found], least_alike):
        return SampleState.FLAGGED, None
    return state, revision_id


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


_WAITING = aliased(Slot)
_ANSWERS = (
    select(Review.sample_id, Review.decision, Review.revision_id, Revision.content, Review.answers)
    .join(Slot, Slot.id == Review.slot_id)
    .outerjoin(Revision, Revision.id == Review.revision_id)
    .where(
        Review.sample_id == any_(bindparam("samples", type_=ARRAY(BigInteger))),
        Slot.purpose == SlotPurpose.REVIEW,
        Review.counted,
        Review.undone_at.is_(None),
        Review.decision != Decision.SKIP,
        ~exists().where(
            _WAITING.sample_id == Review.sample_id,
            _WAITING.purpose == SlotPurpose.REVIEW,
            _WAITING.state.in_([SlotState.OPEN, SlotState.LEASED]),
        ),
    )
    .order_by(Review.sample_id, Review.id)
)
