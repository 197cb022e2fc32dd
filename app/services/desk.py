"""What lies on an expert's desk: the sample to decide, what they did last, or why there is nothing."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.curation.sample import Form
from app.models import Corpus, Dataset, Decision, Review, Revision, Sample, Slot, SlotState, User
from app.services import closeness, lanes
from app.services.edits import Piece, pieces
from app.services.errors import NotFound
from app.services.leases import next_slots
from app.services.why import Reason

LAST = 3


@dataclass(frozen=True)
class Subject:
    """A sample as an expert judges it. `drafts` are edits from an answer they took back, by the number of the piece."""

    slot_id: int
    sample: Sample
    corpus: Corpus
    pieces: list[Piece]
    drafts: dict[int, str] = field(default_factory=dict)
    comment: str = ""
    limits: list[Reason] = field(default_factory=list)


@dataclass(frozen=True)
class Past:
    """One of the expert's last answers, with the first words of its sample."""

    review_id: int
    decision: Decision
    words: str
    was_edited: bool


@dataclass(frozen=True)
class Desk:
    """`emptiness` says why there is no sample: nothing_yet, all_done, with_others, only_skipped, paused or not_yours."""

    subject: Subject | None
    past: list[Past]
    today: int
    saved_at: datetime | None
    undone_at: datetime | None
    emptiness: str = ""


def lay_out(session: Session, dataset: Dataset, expert: User, day_began: datetime) -> Desk:
    """Reserve what comes next and collect what the page shows. `day_began` is midnight where the expert is."""
    slots = next_slots(session, dataset, expert, 1)
    past, saved_at, undone_at = _past(session, dataset, expert)
    return Desk(
        _subject(session, dataset, slots[0], expert) if slots else None,
        past,
        _today(session, dataset, expert, day_began),
        saved_at,
        undone_at,
        "" if slots else _emptiness(session, dataset, expert),
    )


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


def original(session: Session, dataset: Dataset, slot_id: int, number: int) -> str:
    """The words of one piece as they were imported. NotFound."""
    sample = session.scalar(
        select(Sample).join(Slot, Slot.sample_id == Sample.id).where(Slot.id == slot_id, Slot.dataset_id == dataset.id)
    )
    found = pieces(Form(sample.form), sample.content) if sample else []
    if number >= len(found):
        raise NotFound("This sample is not part of the dataset any more. Your text stays in the form.")
    return found[number].text


def _subject(session: Session, dataset: Dataset, slot: Slot, expert: User) -> Subject:
    sample, corpus = session.execute(
        select(Sample, Corpus).join(Corpus, Corpus.id == Sample.corpus_id).where(Sample.id == slot.sample_id)
    ).one()
    found = pieces(Form(sample.form), sample.content)
    drafts, comment = _taken_back(session, sample, found, expert)
    limits = closeness.near_limits(session, dataset.id, sample.id)
    return Subject(slot.id, sample, corpus, found, drafts, comment, limits)


def _taken_back(session: Session, sample: Sample, found: list[Piece], expert: User) -> tuple[dict[int, str], str]:
    """The edits and the comment of the answer that this expert took back last."""
    answer = session.execute(
        select(Review.comment, Revision.content)
        .outerjoin(Revision, Revision.id == Review.revision_id)
        .where(Review.sample_id == sample.id, Review.expert_id == expert.id, Review.undone_at.is_not(None))
        .order_by(Review.undone_at.desc())
        .limit(1)
    ).first()
    if answer is None:
        return {}, ""
    edited = pieces(Form(sample.form), answer.content) if answer.content else found
    return {
        new.number: new.text for old, new in zip(found, edited, strict=True) if old.text != new.text
    }, answer.comment


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
        Past(review.id, review.decision, (question or answer).strip(), review.revision_id is not None)
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
                Review.counted,
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
    is_mine = Slot.lane.in_(lanes.served(session, dataset, expert))
    if any_place(Slot.state == SlotState.OPEN, is_mine):
        return "only_skipped"
    if any_place(Slot.state == SlotState.LEASED, is_mine):
        return "with_others"
    if any_place(Slot.state.in_([SlotState.OPEN, SlotState.LEASED])):
        return "not_yours"
    return "all_done" if any_place(Slot.state == SlotState.DONE) else "nothing_yet"
