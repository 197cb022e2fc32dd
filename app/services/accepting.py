"""Ending an acceptance: accept the whole stratum, send it to full review, or forget it. Each in one step for all members."""

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Acceptance, AcceptanceSample, AcceptanceState, Dataset, Review, Sample, SampleState, Slot, User
from app.services import acceptance, certificates, chosen
from app.services.acceptance import Standing
from app.services.errors import Conflict
from app.services.settling import settle


def accept(session: Session, dataset: Dataset, acceptance_id: int, by: User) -> Acceptance:
    """Approve every member that still waits; what experts said of the drawn ones holds for those. Conflict."""
    one = _judging(session, dataset, acceptance_id)
    found = acceptance.standing(session, one)
    check_passed(one, found)
    chosen.fill(session, acceptance.members(one))
    values = {"acceptance": one.id}
    session.execute(text(_CLOSE_REOPENED), values)
    approved = chosen.move(session, dataset.id, _APPROVE, values)
    chosen.move(session, dataset.id, _DECIDE_DRAWN, values)
    one.state, one.closed_by, one.closed_at = AcceptanceState.ACCEPTED, by.id, func.now()
    session.execute(text(_REMEMBER), values)
    session.flush()
    session.refresh(one)
    one.certificate = certificates.made(one, found, approved + found.clean + found.edited)
    _refuse_if_weak(one)
    session.flush()
    return one


def take_back(session: Session, dataset: Dataset, acceptance_id: int, by: User) -> Acceptance:
    """Undo an acceptance: its samples wait as they did before it, and can be accepted again. Conflict.

    What somebody has decided anew since is left; the certificate says how many those are.
    """
    one = acceptance.find(session, dataset, acceptance_id, lock=True)
    if one.state is not AcceptanceState.ACCEPTED:
        raise Conflict(say("This stratum is not accepted any more, so there was nothing to take back."))
    chosen.fill(session, acceptance.members(one))
    values = {"acceptance": one.id, "closed": one.closed_at}
    chosen.move(session, dataset.id, _RESTORE, values)
    left = session.scalar(text(_STILL), values) or 0
    session.execute(text("UPDATE acceptance_samples SET is_defect = NULL WHERE acceptance_id = :acceptance"), values)
    one.state, one.closed_by, one.closed_at = AcceptanceState.JUDGING, None, None
    one.certificate = {"left": left} if left else {}
    session.flush()
    return one


def refuse(session: Session, dataset: Dataset, acceptance_id: int, by: User) -> Acceptance:
    """Send the whole stratum to full review. What was judged counts there as the review that it was. Conflict."""
    one = _judging(session, dataset, acceptance_id)
    found = acceptance.standing(session, one)
    check_failed(one, found)
    return _give_back(session, one, by, AcceptanceState.REFUSED, found)


def withdraw(session: Session, dataset: Dataset, acceptance_id: int, by: User) -> Acceptance:
    """Forget an acceptance; everything is in the queue as it was, and no answer is lost. Conflict."""
    one = _judging(session, dataset, acceptance_id)
    return _give_back(session, one, by, AcceptanceState.WITHDRAWN, acceptance.standing(session, one))


def _judging(session: Session, dataset: Dataset, acceptance_id: int) -> Acceptance:
    """Locked, and its drawn samples too, so that no answer comes or goes meanwhile."""
    one = acceptance.find(session, dataset, acceptance_id, lock=True)
    if one.state is not AcceptanceState.JUDGING:
        raise Conflict(say("A colleague has ended this acceptance already. Load the page again to see how."))
    drawn = select(AcceptanceSample.sample_id).where(AcceptanceSample.acceptance_id == one.id)
    session.execute(
        select(Sample.id).where(Sample.id.in_(drawn)).order_by(Sample.id).with_for_update(key_share=True)
    ).all()
    return one


def check_passed(one: Acceptance, found: Standing) -> None:
    """Conflict unless all drawn samples are judged and few enough have a defect."""
    if found.defects > one.allowed:
        raise Conflict(
            say(
                "%(defects)s of the judged samples have a defect, and you allowed %(allowed)s. "
                "Nothing was accepted. Send the stratum to full review.",
                defects=found.defects,
                allowed=one.allowed,
            )
        )
    if not found.is_complete:
        raise Conflict(
            say(
                "%(number)s of the drawn samples are not judged yet. Nothing was accepted: the promise "
                "holds only once all of them are.",
                number=found.size - found.judged,
            )
        )


def check_failed(one: Acceptance, found: Standing) -> None:
    """Conflict unless more samples have a defect than are allowed."""
    if found.defects <= one.allowed:
        raise Conflict(
            say("The sample has not failed, so the stratum cannot be refused on its strength. "
            "To end this all the same, withdraw it.")
        )


def _refuse_if_weak(one: Acceptance) -> None:
    """The promise is about the frozen stratum. Where many have left it, the rest may hold all the defects."""
    if one.certificate["released_bound"] > one.tolerable + 1e-9:
        raise Conflict(
            say("So many samples have left this stratum since it was drawn that the promise no longer covers the rest. "
            "Nothing was accepted. Withdraw it, and start again with what is there now.")
        )


def _give_back(session: Session, one: Acceptance, by: User, state: AcceptanceState, found: Standing) -> Acceptance:
    chosen.fill(session, np.frombuffer(one.held, "<i8"))
    session.execute(text(_REOPEN), {"dataset": one.dataset_id})
    session.execute(text(_REMEMBER), {"acceptance": one.id})
    session.execute(text(_RETURN_DRAWN), {"acceptance": one.id})
    for sample in _answered(session, one):
        settle(session, sample)
    one.state, one.closed_by, one.closed_at = state, by.id, func.now()
    session.flush()
    session.refresh(one)
    one.certificate = certificates.made(one, found, 0)
    session.flush()
    return one


def _answered(session: Session, one: Acceptance) -> list[Sample]:
    """Drawn samples that an expert judged: now that is a review like any other, and may decide them."""
    return list(
        session.scalars(
            select(Sample)
            .join(AcceptanceSample, AcceptanceSample.sample_id == Sample.id)
            .join(Slot, Slot.id == AcceptanceSample.slot_id)
            .join(Review, Review.slot_id == Slot.id)
            .where(
                AcceptanceSample.acceptance_id == one.id,
                Sample.state == SampleState.QUEUED,
                Review.counted,
                Review.undone_at.is_(None),
                Review.decision != "skip",
            )
            .order_by(Sample.id)
            .execution_options(populate_existing=True)
        )
    )


_ANSWER = "r.slot_id = a.slot_id AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'"
# A sample that was dropped and came back has its places again: it is reviewed like any other, unless nobody has begun.
_CLOSE_REOPENED = """
    UPDATE slots SET state = 'closed' FROM chosen
    WHERE slots.sample_id = chosen.id AND slots.purpose = 'review' AND slots.state = 'open'
      AND NOT EXISTS (SELECT FROM slots o WHERE o.sample_id = slots.sample_id AND o.purpose = 'review'
                      AND o.state IN ('leased', 'done'))
"""
_APPROVE = """
    UPDATE samples SET state = 'approved', decided_at = now(), acceptance_id = :acceptance FROM chosen
    WHERE samples.id = chosen.id AND samples.dataset_id = :dataset AND samples.state = 'queued'
      AND NOT EXISTS (SELECT FROM slots o WHERE o.sample_id = samples.id AND o.purpose = 'review' AND o.state <> 'closed')
      AND NOT EXISTS (SELECT FROM acceptance_samples a WHERE a.acceptance_id = :acceptance AND a.sample_id = samples.id)
"""
_DECIDE_DRAWN = f"""
    UPDATE samples SET decided_at = now(), acceptance_id = :acceptance, revision_id = r.revision_id,
        state = CASE r.decision WHEN 'approve' THEN 'approved' WHEN 'reject' THEN 'rejected' ELSE 'flagged' END
    FROM acceptance_samples a JOIN reviews r ON {_ANSWER}
    WHERE a.acceptance_id = :acceptance AND samples.id = a.sample_id AND samples.dataset_id = :dataset
      AND samples.state = 'queued'
"""  # noqa: S608 - constants only
_RESTORE = """
    UPDATE samples SET state = 'queued', decided_at = NULL, acceptance_id = NULL, revision_id = NULL FROM chosen
    WHERE samples.id = chosen.id AND samples.dataset_id = :dataset AND samples.acceptance_id = :acceptance
      AND samples.decided_at = :closed AND samples.state IN ('approved', 'rejected', 'flagged')
"""
_STILL = "SELECT count(*) FROM samples JOIN chosen USING (id) WHERE samples.acceptance_id = :acceptance"
_REOPEN = """
    UPDATE slots SET state = 'open' FROM chosen
    WHERE slots.id = chosen.id AND slots.state = 'closed' AND slots.dataset_id = :dataset
      AND EXISTS (SELECT FROM samples WHERE samples.id = slots.sample_id AND samples.state = 'queued')
"""
_RETURN_DRAWN = """
    UPDATE slots SET purpose = 'review', rank = a.rank FROM acceptance_samples a
    WHERE a.acceptance_id = :acceptance AND slots.id = a.slot_id
"""
_REMEMBER = f"""
    UPDATE acceptance_samples a SET is_defect = NOT COALESCE((
        SELECT r.decision = 'approve' AND r.revision_id IS NULL FROM reviews r WHERE {_ANSWER}), false)
    WHERE a.acceptance_id = :acceptance
"""  # noqa: S608 - constants only
