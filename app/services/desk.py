"""What lies on an expert's desk: the sample to decide, what they did last, or why there is nothing."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select, true
from sqlalchemy.orm import Session

from app.curation.retelling import Told
from app.curation.sample import Form, Json
from app.messages import say
from app.models import Corpus, Dataset, Review, Revision, Sample, Slot, SlotPurpose, SlotState, User
from app.services import applied, beside, closeness, desk_pauses, lanes
from app.services.beside import Beside
from app.services.edits import Piece, pieces, taken_up
from app.services.errors import NotFound
from app.services.leases import following, lock_desk, next_slots, renew
from app.services.recent import Done, done
from app.services.why import Reason

# Put together once: this is asked with every sample.
_LEFT = (
    select(Review.comment, Review.revision_id)
    .where(Review.sample_id == Sample.id, Review.expert_id == bindparam("expert"), Review.undone_at.is_not(None))
    .order_by(Review.undone_at.desc())
    .limit(1)
    .lateral("left_off")
)
# A sample, with the comment and the edit of the answer that this expert took back last.
_SUBJECT = (
    select(Sample, Corpus, _LEFT.c.comment, Revision.content)
    .join(Corpus, Corpus.id == Sample.corpus_id)
    .outerjoin(_LEFT, true())
    .outerjoin(Revision, Revision.id == _LEFT.c.revision_id)
    .where(Sample.id == bindparam("sample"))
)


@dataclass(frozen=True)
class Subject:
    """A sample as an expert judges it. `drafts` are edits from an answer they took back, by the number of the piece.

    `turns` is the conversation as they had left it, where they had added or removed turns of it.
    """

    slot_id: int
    sample: Sample
    corpus: Corpus
    pieces: list[Piece]
    drafts: dict[int, str] = field(default_factory=dict)
    comment: str = ""
    limits: list[Reason] = field(default_factory=list)
    turns: list[Told] = field(default_factory=list)
    beside: Beside = field(default_factory=Beside)

    @property
    def was_edited(self) -> bool:
        return bool(self.drafts or self.turns)


@dataclass(frozen=True)
class Desk(Done):
    """`emptiness` says why there is no sample.

    nothing_yet, all_done, with_others, only_skipped, not_yours, resting (this expert) or paused (the whole dataset).
    """

    subject: Subject | None = None
    emptiness: str = ""


def lay_out(
    session: Session, dataset: Dataset, expert: User, day_began: datetime, *, wanted: int | None = None
) -> Desk:
    """Reserve what comes next and collect what the page shows. `day_began` is midnight where the expert is.

    `wanted` is a place that is shown before others while the expert holds it.
    """
    slot = _wanted(session, dataset, expert, wanted) or next(iter(next_slots(session, dataset, expert, 1)), None)
    subject, emptiness = _card(session, dataset, expert, slot)
    recent = done(session, dataset, expert, day_began)
    return Desk(**vars(recent), subject=subject, emptiness=emptiness)


def ahead(session: Session, dataset: Dataset, expert: User, beyond: Collection[int]) -> Desk:
    """Reserve what comes after the places that the page has, for an open page to keep at hand. Nothing of the past."""
    subject, emptiness = _card(session, dataset, expert, following(session, dataset, expert, beyond))
    return Desk(subject=subject, emptiness=emptiness)


def first_words(session: Session, sample_id: int) -> str:
    """What stands for a sample in a sentence about it."""
    question, answer = session.execute(
        select(func.left(Sample.question, 80), func.left(Sample.answer, 80)).where(Sample.id == sample_id)
    ).one()
    return str(question or answer).strip()


def held(session: Session, dataset: Dataset, expert: User, slot_id: int) -> Slot | None:
    """A place if this expert holds it."""
    return session.scalar(
        select(Slot).where(
            Slot.id == slot_id,
            Slot.dataset_id == dataset.id,
            Slot.expert_id == expert.id,
            Slot.state == SlotState.LEASED,
        )
    )


def holds(session: Session, expert: User, sample_id: int) -> bool:
    """Whether a sample is in this expert's hands."""
    mine = (Slot.sample_id == sample_id, Slot.expert_id == expert.id, Slot.state == SlotState.LEASED)
    return bool(session.scalar(select(exists().where(*mine))))


def original(session: Session, dataset: Dataset, slot_id: int, number: int) -> str:
    """The words of one piece as they were imported. NotFound."""
    sample = session.scalar(
        select(Sample).join(Slot, Slot.sample_id == Sample.id).where(Slot.id == slot_id, Slot.dataset_id == dataset.id)
    )
    found = pieces(Form(sample.form), sample.content) if sample else []
    if number >= len(found):
        raise NotFound(say("This sample is not part of the dataset any more. Your text stays in the form."))
    return found[number].text


def _wanted(session: Session, dataset: Dataset, expert: User, slot_id: int | None) -> Slot | None:
    """A place that was asked for, reserved anew, where this expert holds it."""
    if slot_id is None:
        return None
    lock_desk(session, dataset.id, expert.id)
    renew(session, dataset, expert)
    return held(session, dataset, expert, slot_id)


def _card(session: Session, dataset: Dataset, expert: User, slot: Slot | None) -> tuple[Subject | None, str]:
    if slot is None:
        return None, _emptiness(session, dataset, expert)
    return _subject(session, dataset, slot, expert), ""


def _subject(session: Session, dataset: Dataset, slot: Slot, expert: User) -> Subject:
    sample, corpus, comment, revision = session.execute(_SUBJECT, {"sample": slot.sample_id, "expert": expert.id}).one()
    found = pieces(Form(sample.form), sample.content)
    drafts, now = _left(sample, found, revision)
    latest = applied.latest(session, dataset.id)
    limits = closeness.near_limits(session, dataset.id, sample.id, latest)
    lying = beside.of_sample(session, dataset, expert, sample, limits, latest)
    return Subject(slot.id, sample, corpus, found, drafts, comment or "", limits, now, lying)


def _left(sample: Sample, found: list[Piece], revision: Json | None) -> tuple[dict[int, str], list[Told]]:
    """What an expert had made of a sample: new words by piece, or other turns."""
    if revision is None:
        return {}, []
    edited = pieces(Form(sample.form), revision)
    if [piece.role for piece in edited] != [piece.role for piece in found]:
        return {}, taken_up(sample.content, revision)
    return {new.number: new.text for old, new in zip(found, edited, strict=True) if old.text != new.text}, []


def _emptiness(session: Session, dataset: Dataset, expert: User) -> str:
    def any_place(*conditions: ColumnElement[bool]) -> bool:
        return bool(session.scalar(select(exists().where(Slot.dataset_id == dataset.id, *conditions))))

    if dataset.paused_at is not None:
        return "paused"
    if desk_pauses.is_paused(session, dataset, expert):
        return "resting"
    is_review = Slot.purpose == SlotPurpose.REVIEW
    is_mine = and_(is_review, Slot.lane.in_(lanes.served(session, dataset, expert)))
    if any_place(Slot.state == SlotState.OPEN, is_mine):
        return "only_skipped"
    if any_place(Slot.state == SlotState.LEASED, is_mine):
        return "with_others"
    if any_place(is_review, Slot.state.in_([SlotState.OPEN, SlotState.LEASED])):
        return "not_yours"
    return "all_done" if any_place(Slot.state == SlotState.DONE) else "nothing_yet"
