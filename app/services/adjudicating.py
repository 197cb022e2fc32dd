"""Leads decide flagged samples, one at a time, and can take it back. Every decision is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.sample import Form
from app.messages import say
from app.models import (
    Adjudication,
    Cause,
    Dataset,
    Decision,
    Review,
    Revision,
    Sample,
    SampleState,
    Slot,
    SlotPurpose,
    User,
)
from app.services import adjudication_holds, contaminations
from app.services.edits import revised
from app.services.errors import Conflict, Invalid, NotFound

Outcome = Literal["take", "approve", "reject", "own"]
STATES = {Decision.APPROVE: SampleState.APPROVED, Decision.REJECT: SampleState.REJECTED}


@dataclass(frozen=True)
class Verdict:
    """What a lead pressed. `review_id` is the answer to take, `edits` are own words by the number of their piece."""

    outcome: Outcome
    cause: Cause | None
    note: str = ""
    review_id: int | None = None
    edits: Mapping[int, str] | None = None


def decide(session: Session, dataset: Dataset, lead: User, sample_id: int, verdict: Verdict, key: str) -> Adjudication:
    """Decide a flagged sample. The same key again returns what is stored. Conflict where a colleague was faster."""
    stored = session.scalar(select(Adjudication).where(Adjudication.idempotency_key == key))
    if stored is not None:
        return _repeat(stored, lead, sample_id)
    sample = _locked(session, dataset, sample_id)
    # Whoever waited for the lock may find that it was their own press, sent twice, that held it.
    stored = session.scalar(select(Adjudication).where(Adjudication.idempotency_key == key))
    if stored is not None:
        return _repeat(stored, lead, sample_id)
    if sample.state is not SampleState.FLAGGED:
        raise Conflict(
            say("This sample does not wait for a lead any more: a colleague decided it, or it is back in review.")
        )
    if verdict.cause is None:
        raise Invalid(say("Say why they differed, then decide again. Nothing was saved yet."), "cause")
    decision, revision_id, taken = _outcome(session, sample, lead, verdict)
    made = Adjudication(
        dataset_id=dataset.id,
        sample_id=sample.id,
        lead_id=lead.id,
        decision=decision,
        review_id=taken,
        revision_id=revision_id,
        cause=verdict.cause,
        note=verdict.note.strip(),
        idempotency_key=key,
    )
    session.add(made)
    sample.state, sample.revision_id, sample.decided_at = STATES[decision], revision_id, func.now()
    adjudication_holds.release(session, sample.id)
    session.flush()
    session.refresh(made)
    return made


def undo(session: Session, dataset: Dataset, lead: User) -> Adjudication:
    """Take back one's latest decision that stands, and hold its sample again. Conflict where there is none."""
    made = latest(session, dataset, lead)
    if made is None:
        raise Conflict(say("There is nothing to take back: you have decided nothing yet, or took it back already."))
    sample = _locked(session, dataset, made.sample_id)
    session.refresh(made)
    if made.undone_at is not None or not stands(session, sample, made):
        raise Conflict(say("This sample has changed since you decided it, so your decision cannot be taken back here."))
    made.undone_at = func.now()
    sample.state, sample.revision_id, sample.decided_at = SampleState.FLAGGED, None, None
    adjudication_holds.take(session, dataset, lead, sample.id)
    session.flush()
    session.refresh(made)
    return made


def latest(session: Session, dataset: Dataset, lead: User) -> Adjudication | None:
    """The lead's last decision that they have not taken back."""
    return session.scalar(
        select(Adjudication)
        .where(Adjudication.dataset_id == dataset.id, Adjudication.lead_id == lead.id, Adjudication.undone_at.is_(None))
        .order_by(Adjudication.id.desc())
        .limit(1)
    )


def of_sample(session: Session, sample: Sample) -> Adjudication | None:
    """The lead's decision by which a sample stands where it does; None where experts decided it themselves."""
    if sample.state not in STATES.values():
        return None
    made = session.scalar(
        select(Adjudication)
        .where(Adjudication.sample_id == sample.id, Adjudication.undone_at.is_(None))
        .order_by(Adjudication.id.desc())
        .limit(1)
    )
    return made if made is not None and stands(session, sample, made) else None


def stands(session: Session, sample: Sample, made: Adjudication) -> bool:
    """Whether the sample has not been decided anew since, by experts to whom it was given again."""
    decided_at = session.scalar(select(Sample.decided_at).where(Sample.id == sample.id))
    return sample.state is STATES[made.decision] and decided_at is not None and decided_at <= made.created_at


def _outcome(session: Session, sample: Sample, lead: User, verdict: Verdict) -> tuple[Decision, int | None, int | None]:
    """The decision, the words that count, and the answer that was taken."""
    match verdict.outcome:
        case "take":
            review = _answer(session, sample, verdict.review_id)
            return review.decision, review.revision_id if review.decision is Decision.APPROVE else None, review.id
        case "own":
            return Decision.APPROVE, _own_words(session, sample, lead, verdict.edits or {}), None
        case "approve":
            return Decision.APPROVE, None, None
        case "reject":
            return Decision.REJECT, None, None


def _answer(session: Session, sample: Sample, review_id: int | None) -> Review:
    review = session.scalar(
        select(Review)
        .join(Slot, Slot.id == Review.slot_id)
        .where(
            Review.id == review_id,
            Review.sample_id == sample.id,
            Slot.purpose == SlotPurpose.REVIEW,
            Review.counted,
            Review.undone_at.is_(None),
            Review.decision.in_(list(STATES)),
        )
    )
    if review is None:
        raise Conflict(say("That answer was taken back in the meantime. Nothing was saved; look at the sample again."))
    return review


def _own_words(session: Session, sample: Sample, lead: User, edits: Mapping[int, str]) -> int:
    content = revised(Form(sample.form), sample.content, edits)
    if content is None:
        raise Invalid(say("Your words are those of the original. Change them, or approve the sample as it is."))
    revision = Revision(sample_id=sample.id, content=content, author_id=lead.id)
    session.add(revision)
    session.flush()
    contaminations.check_revision(session, sample, revision)
    return revision.id


def _repeat(stored: Adjudication, lead: User, sample_id: int) -> Adjudication:
    if (stored.lead_id, stored.sample_id) != (lead.id, sample_id):
        raise Invalid(say("This page was sent twice for two different samples. Load it again."))
    return stored


def _locked(session: Session, dataset: Dataset, sample_id: int) -> Sample:
    sample = session.scalar(
        select(Sample)
        .where(Sample.id == sample_id, Sample.dataset_id == dataset.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if sample is None:
        raise NotFound(say("There is no such sample in this dataset."))
    return sample
