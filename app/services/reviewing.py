"""Experts' answers: every place in the queue gets exactly one that counts, and none is ever lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.sample import Form, Json
from app.messages import say
from app.models import (
    Dataset,
    Decision,
    Review,
    Revision,
    Rubric,
    Sample,
    Slot,
    SlotPurpose,
    SlotState,
    User,
)
from app.services import adjudicating, contaminations, desk_pauses, gold_queue, places, reasons, rubrics
from app.services.edits import revised
from app.services.errors import Conflict, Invalid
from app.services.fitting import fit_answered, trim
from app.services.leases import lock_desk, next_slots, renew, term
from app.services.settling import settle, unsettle
from app.services.slots import close_slots, open_slots

__all__ = ["Outcome", "TakenBack", "close_slots", "next_slots", "open_slots", "renew", "submit", "undo"]


@dataclass(frozen=True)
class Outcome:
    """What became of an answer. A late one (`review.counted` is false) is kept beside the one that stands.

    `is_repeat`: the same press arrived again, and the stored answer was returned.
    """

    review: Review
    is_repeat: bool = False


@dataclass(frozen=True)
class TakenBack:
    """An undone answer; `slot` is None where the sample is in other hands by now or has left the queue."""

    review: Review
    slot: Slot | None


def submit(
    session: Session,
    dataset: Dataset,
    expert: User,
    slot_id: int,
    decision: Decision,
    *,
    idempotency_key: str,
    reason: str = "",
    comment: str = "",
    edits: Mapping[int, str] | None = None,
    layout: str = "",
    roles: Mapping[int, str] | None = None,
    answers: Mapping[str, Any] | None = None,
    rubric_id: int | None = None,
    suggestions_shown: bool = False,
    seconds: float | None = None,
    was_given: bool = True,
) -> Outcome:
    """Store an expert's answer. Invalid, NotFound.

    `edits` holds new texts by the number of their piece; with `layout` and `roles` by place in a conversation whose
    turns were changed. `answers` are those to the questions of a rubric, the newest where none is named.

    An answer on an expired lease counts as long as nobody else has taken the sample, and the place `was_given` to this
    expert before; otherwise it is kept uncounted.
    """
    _check(decision, reason, comment)
    lock_desk(session, dataset.id, expert.id)
    stored, rubric, guideline_id = places.before(session, dataset, idempotency_key)
    if stored is not None:
        return _repeat(stored, expert, slot_id)
    sample, place = places.locked(session, dataset, slot_id, expert)
    slot: Slot = place[0]
    if rubric_id and (rubric is None or rubric.id != rubric_id):
        rubric = session.get(Rubric, rubric_id)
    answered, checked = rubrics.answered(dataset, sample, answers or {}, decision, rubric, is_named=bool(rubric_id))
    content = (
        None if decision is Decision.SKIP else revised(Form(sample.form), sample.content, edits or {}, layout, roles)
    )
    review = Review(
        dataset_id=dataset.id,
        sample_id=sample.id,
        slot_id=slot.id,
        expert_id=expert.id,
        decision=decision,
        reason=reasons.stored(decision, reason),
        comment=comment.strip(),
        revision_id=_revision(session, sample, expert, content),
        guideline_id=guideline_id,
        rubric_id=answered,
        answers=checked,
        suggestions_shown=suggestions_shown,
        idempotency_key=idempotency_key,
        counted=places.may_count(sample, place, expert, was_given=was_given),
        seconds=seconds,
    )
    session.add(review)
    if review.counted:
        _fill(slot, expert, decision)
    session.flush()
    if review.counted and decision is not Decision.SKIP and slot.purpose is SlotPurpose.REVIEW:
        fit_answered(session, dataset, sample)
        settle(session, sample)
    if slot.purpose is SlotPurpose.GOLD:
        desk_pauses.watch(session, dataset, expert)
    if review.counted and decision is Decision.SKIP:
        trim(session, dataset, [sample.id])
    return Outcome(review)


def undo(session: Session, dataset: Dataset, expert: User, review_id: int | None = None) -> TakenBack:
    """Take back an answer of one's own, the latest where none is named, and get its sample again.

    Conflict where there is none.
    """
    lock_desk(session, dataset.id, expert.id)
    review = _last_answer(session, dataset, expert, review_id)
    if review is None:
        raise Conflict(
            say("There is nothing to take back: that answer was taken back already, or you have given none.")
        )
    sample, place = places.locked(session, dataset, review.slot_id, expert)
    slot: Slot = place[0]
    _refuse_undo(session, sample, slot)
    session.refresh(review)
    if not review.counted:  # sent back to experts while this waited for the lock
        raise Conflict(
            say("The guidelines changed, and this sample was sent back to be reviewed anew. Nothing was changed.")
        )
    review.undone_at = func.now()
    if review.decision is Decision.SKIP:
        is_back = slot.state is SlotState.OPEN
    else:
        is_back = slot.purpose is not SlotPurpose.REVIEW or unsettle(sample)
        slot.state, slot.expert_id = SlotState.CLOSED, None
    if is_back:
        slot.state, slot.expert_id, slot.leased_until = SlotState.LEASED, expert.id, func.now() + term()
    session.flush()
    session.refresh(review)
    return TakenBack(review, slot if is_back else None)


def _refuse_undo(session: Session, sample: Sample, slot: Slot) -> None:
    """What others have built on an answer, or what has been told after it, is not undone by one press."""
    if gold_queue.is_practice(slot):
        raise Conflict(say("This was a practice sample, and its answer has been shown. Go on with the next one."))
    if slot.purpose is SlotPurpose.REVIEW and adjudicating.of_sample(session, sample) is not None:
        raise Conflict(
            say(
                "A lead has decided this sample since you answered, so your answer stays as it is. "
                "If you see it otherwise now, tell the person who leads this dataset."
            )
        )
    if slot.purpose is SlotPurpose.ACCEPTANCE and sample.acceptance_id is not None:
        raise Conflict(
            say(
                "Your answer stands: many samples have been accepted since, and it is one of those that this rests on. "
                "If it was wrong, tell your lead, who can take that back."
            )
        )


def _check(decision: Decision, reason: str, comment: str) -> None:
    if decision is Decision.REJECT:
        known = reasons.find(reason)
        if known is None:
            raise Invalid(say("Choose why the sample is rejected. Nothing was saved yet."), "reason")
        if known.needs_words and not comment.strip():
            raise Invalid(say("Say in a few words what is wrong, then choose the reason again."), "comment")
    if decision is Decision.FLAG and not comment.strip():
        raise Invalid(say("Say in a few words what a colleague should look at, then flag it again."), "comment")


def _repeat(stored: Review, expert: User, slot_id: int) -> Outcome:
    if (stored.expert_id, stored.slot_id) != (expert.id, slot_id):
        raise Invalid(say("This page was sent twice for two different samples. Load it again; your draft is kept."))
    return Outcome(stored, is_repeat=True)


def _fill(slot: Slot, expert: User, decision: Decision) -> None:
    is_skip = decision is Decision.SKIP
    slot.state = SlotState.OPEN if is_skip else SlotState.DONE
    slot.expert_id = None if is_skip else expert.id
    slot.leased_until = None


def _revision(session: Session, sample: Sample, expert: User, content: Json | None) -> int | None:
    if content is None:
        return None
    revision = Revision(sample_id=sample.id, content=content, author_id=expert.id)
    session.add(revision)
    session.flush()
    contaminations.check_revision(session, sample, revision)
    return revision.id


def _last_answer(session: Session, dataset: Dataset, expert: User, review_id: int | None) -> Review | None:
    query = select(Review).where(
        Review.dataset_id == dataset.id, Review.expert_id == expert.id, Review.counted, Review.undone_at.is_(None)
    )
    if review_id is not None:
        query = query.where(Review.id == review_id)
    return session.scalar(query.order_by(Review.id.desc()).limit(1).execution_options(populate_existing=True))
