"""What lies on an expert's desk: the sample to decide, what they did last, or why there is nothing."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.curation.retelling import Told
from app.curation.sample import Form, Json
from app.messages import say
from app.models import Corpus, Dataset, Decision, Review, Revision, Sample, Slot, SlotPurpose, SlotState, User
from app.services import beside, closeness, desk_pauses, lanes
from app.services.beside import Beside
from app.services.edits import Piece, pieces, taken_up
from app.services.errors import NotFound
from app.services.leases import following, lock_desk, next_slots, renew
from app.services.why import Reason

LAST = 10


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
class Past:
    """One of the expert's last answers, with the first words of its sample."""

    review_id: int
    decision: Decision
    words: str
    was_edited: bool
    slot_id: int
    sample_id: int


@dataclass(frozen=True)
class Done:
    """What an expert has done: the last answers that stand, today's count, and when the very last thing was done."""

    past: list[Past] = field(default_factory=list)
    today: int = 0
    saved_at: datetime | None = None
    undone_at: datetime | None = None


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
    return Desk(recent.past, recent.today, recent.saved_at, recent.undone_at, subject, emptiness)


def ahead(session: Session, dataset: Dataset, expert: User, beyond: Collection[int]) -> Desk:
    """Reserve what comes after the places that the page has, for an open page to keep at hand. Nothing of the past."""
    subject, emptiness = _card(session, dataset, expert, following(session, dataset, expert, beyond))
    return Desk(subject=subject, emptiness=emptiness)


def done(session: Session, dataset: Dataset, expert: User, day_began: datetime) -> Done:
    """What an answer changes on the page beside the sample."""
    past, saved_at, undone_at = _past(session, dataset, expert)
    return Done(past, _today(session, dataset, expert, day_began), saved_at, undone_at)


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
    if slot_id is None or held(session, dataset, expert, slot_id) is None:
        return None
    lock_desk(session, dataset.id, expert.id)
    renew(session, dataset, expert)
    return held(session, dataset, expert, slot_id)


def _card(session: Session, dataset: Dataset, expert: User, slot: Slot | None) -> tuple[Subject | None, str]:
    if slot is None:
        return None, _emptiness(session, dataset, expert)
    return _subject(session, dataset, slot, expert), ""


def _subject(session: Session, dataset: Dataset, slot: Slot, expert: User) -> Subject:
    sample, corpus = session.execute(
        select(Sample, Corpus).join(Corpus, Corpus.id == Sample.corpus_id).where(Sample.id == slot.sample_id)
    ).one()
    found = pieces(Form(sample.form), sample.content)
    revision, comment = _taken_back(session, sample, expert)
    drafts, now = _left(sample, found, revision)
    limits = closeness.near_limits(session, dataset.id, sample.id)
    lying = beside.of_sample(session, dataset, expert, sample, limits)
    return Subject(slot.id, sample, corpus, found, drafts, comment, limits, now, lying)


def _left(sample: Sample, found: list[Piece], revision: Json | None) -> tuple[dict[int, str], list[Told]]:
    """What an expert had made of a sample: new words by piece, or other turns."""
    if revision is None:
        return {}, []
    edited = pieces(Form(sample.form), revision)
    if [piece.role for piece in edited] != [piece.role for piece in found]:
        return {}, taken_up(sample.content, revision)
    return {new.number: new.text for old, new in zip(found, edited, strict=True) if old.text != new.text}, []


def _taken_back(session: Session, sample: Sample, expert: User) -> tuple[Json | None, str]:
    """The edit and the comment of the answer that this expert took back last."""
    answer = session.execute(
        select(Review.comment, Revision.content)
        .outerjoin(Revision, Revision.id == Review.revision_id)
        .where(Review.sample_id == sample.id, Review.expert_id == expert.id, Review.undone_at.is_not(None))
        .order_by(Review.undone_at.desc())
        .limit(1)
    ).first()
    return (answer.content, answer.comment) if answer else (None, "")


def _past(session: Session, dataset: Dataset, expert: User) -> tuple[list[Past], datetime | None, datetime | None]:
    """The last answers that stand; and when the very last thing was done: an answer, or the taking back of one."""
    mine = and_(Review.dataset_id == dataset.id, Review.expert_id == expert.id)
    rows = session.execute(
        select(Review, func.left(Sample.question, 80), func.left(Sample.answer, 80))
        .join(Sample, Sample.id == Review.sample_id)
        .where(mine, Review.counted, Review.undone_at.is_(None))
        .order_by(Review.id.desc())
        .limit(LAST)
    ).all()
    past = [
        Past(
            review.id,
            review.decision,
            (question or answer).strip(),
            review.revision_id is not None,
            review.slot_id,
            review.sample_id,
        )
        for review, question, answer in rows
    ]
    newest = select(Review.created_at, Review.undone_at).where(mine).order_by(Review.id.desc()).limit(20).subquery()
    saved_at, undone_at = session.execute(select(func.max(newest.c.created_at), func.max(newest.c.undone_at))).one()
    if undone_at is not None and saved_at is not None and undone_at >= saved_at:
        return past, None, undone_at
    return past, saved_at, None


def _today(session: Session, dataset: Dataset, expert: User, day_began: datetime) -> int:
    """How many samples the expert has decided since midnight. Walks back over today's answers only."""
    mine = and_(Review.dataset_id == dataset.id, Review.expert_id == expert.id)
    before = (
        select(Review.id).where(mine, Review.created_at < day_began).order_by(Review.id.desc()).limit(1)
    ).scalar_subquery()
    return (
        session.scalar(
            select(func.count()).where(
                mine,
                or_(before.is_(None), Review.id > before),
                or_(Review.counted, Review.superseded_at.is_not(None)),
                Review.undone_at.is_(None),
                Review.decision != Decision.SKIP,
            )
        )
        or 0
    )


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
