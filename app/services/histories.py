"""What people did with a sample: its reviews and revisions, in the order in which they came."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.retelling import aligned
from app.curation.sample import Form, Json, turns
from app.models import Decision, Review, Revision, Sample, Slot, SlotPurpose, User


@dataclass(frozen=True)
class Change:
    """One piece of a sample that an expert wrote anew; `role` names the piece."""

    role: str
    before: str
    after: str


@dataclass(frozen=True)
class Step:
    """One answer. `counted` is false where another expert's stood already; `undone_at` says when it was taken back.

    `superseded_at` says when its sample was sent back to experts, since when it counts no more.
    """

    at: datetime
    expert: str
    decision: Decision
    reason: str
    comment: str
    counted: bool
    undone_at: datetime | None
    superseded_at: datetime | None
    changes: list[Change]
    purpose: SlotPurpose = SlotPurpose.REVIEW


def of_sample(session: Session, sample: Sample) -> list[Step]:
    """All answers on a sample, the first first, each with what it changed against the original."""
    rows = session.execute(
        select(Review, User.name, Revision.content, Slot.purpose)
        .join(User, User.id == Review.expert_id)
        .join(Slot, Slot.id == Review.slot_id)
        .outerjoin(Revision, Revision.id == Review.revision_id)
        .where(Review.sample_id == sample.id)
        .order_by(Review.id)
    )
    return [
        Step(
            review.created_at,
            name,
            review.decision,
            review.reason,
            review.comment,
            review.counted,
            review.undone_at,
            review.superseded_at,
            changes(Form(sample.form), sample.content, content) if content else [],
            purpose,
        )
        for review, name, content, purpose in rows
    ]


def changes(form: Form, before: Json, after: Json) -> list[Change]:
    """The pieces in which two versions of the same sample differ; a turn that was added or removed is one whole."""
    old, new = list(turns(form, before)), list(turns(form, after))
    pairs = [
        (old[one] if one is not None else None, new[other] if other is not None else None)
        for one, other in aligned(old, new)
    ]
    return [
        Change((one or other).role, one.text if one else "", other.text if other else "")  # type: ignore[union-attr]
        for one, other in pairs
        if one is None or other is None or one.text != other.text
    ]


def current_content(session: Session, sample: Sample) -> Json:
    """The words that count now: the newest revision's, or the original's."""
    if sample.revision_id is None:
        return dict(sample.content)
    return dict(session.get_one(Revision, sample.revision_id).content)


def last_answers(session: Session, sample_ids: list[int]) -> dict[int, list[tuple[str, Decision, str, bool]]]:
    """Who answered what on each of some samples: name, decision, reason, whether the words were edited."""
    rows = session.execute(
        select(Review.sample_id, User.name, Review.decision, Review.reason, Review.revision_id.is_not(None))
        .join(User, User.id == Review.expert_id)
        .join(Slot, Slot.id == Review.slot_id)
        .where(
            Review.sample_id.in_(sample_ids),
            Slot.purpose == SlotPurpose.REVIEW,
            Review.counted,
            Review.undone_at.is_(None),
            Review.decision != Decision.SKIP,
        )
        .order_by(Review.id)
    )
    answers: dict[int, list[tuple[str, Decision, str, bool]]] = {}
    for sample_id, name, decision, reason, edited in rows:
        answers.setdefault(sample_id, []).append((name, decision, reason, edited))
    return answers
