"""Samples whose passage is gone from the newest version of its document: which they are, and what a lead does about it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from app.messages import say
from app.models import Dataset, Document, Passage, Requeue, RequeuedSample, Sample, SampleSource, SampleState, User
from app.services import requeuing
from app.services.errors import Invalid

PAGE = 20
DECIDED = (SampleState.APPROVED, SampleState.REJECTED, SampleState.FLAGGED)


@dataclass(frozen=True)
class Line:
    """A sample, the passage it was made from, and the passage of the newest version that is nearest to it, if any."""

    id: int
    state: SampleState
    question: str
    answer: str
    old: Document
    old_number: int
    before: str
    new: Document
    new_number: int
    after: str

    @property
    def is_decided(self) -> bool:
        return self.state in DECIDED


def count(session: Session, dataset_id: int) -> int:
    """How many samples wait for somebody to look."""
    return session.scalar(_open(dataset_id).with_only_columns(func.count())) or 0


def page(session: Session, dataset_id: int, after: int = 0) -> list[Line]:
    """Up to `PAGE` + 1 of them in their order."""
    query = (
        _open(dataset_id)
        .with_only_columns(Sample, Passage, Document)
        .where(Sample.id > after)
        .order_by(Sample.id)
        .limit(PAGE + 1)
    )
    nearest = _Nearest(session)
    return [_line(nearest, *row) for row in session.execute(query)]


def keep(session: Session, dataset_id: int, only: Sequence[int] | None) -> int:
    """Say of these samples, or all, that they stay as they are. Returns how many; Invalid where none is left."""
    found = _chosen(session, dataset_id, only)
    _settle(session, found)
    return len(found)


def send_back(session: Session, dataset: Dataset, by: User, only: Sequence[int] | None) -> Requeue:
    """Let experts decide these samples, or all, once more. Invalid where none of them is decided."""
    found = _chosen(session, dataset.id, only)
    decided = session.scalars(
        select(Sample.id)
        .where(Sample.id.in_(found), Sample.state.in_(DECIDED))
        .order_by(Sample.id)
        .with_for_update(key_share=True)
    ).all()
    if not decided:
        raise Invalid(say("None of these samples is decided yet, so there is nothing to send back."))
    made = requeuing.send_back(session, dataset, by, decided, None, {"stale": True})
    _settle(session, decided)
    return made


def sent_back(session: Session, dataset_id: int, limit: int = 5) -> Sequence[Requeue]:
    """The last times that such samples were sent back, newest first."""
    return session.scalars(
        select(Requeue)
        .where(Requeue.dataset_id == dataset_id, Requeue.guideline_id.is_(None))
        .order_by(Requeue.id.desc())
        .limit(limit)
    ).all()


def take_back(session: Session, dataset: Dataset, requeue_id: int) -> Requeue:
    """Undo a sending back: what nobody has answered since is as it was, and waits for a look again. Conflict."""
    made = requeuing.undo(session, dataset, requeue_id)
    back = select(RequeuedSample.sample_id).join(Sample, Sample.id == RequeuedSample.sample_id)
    restored = back.where(RequeuedSample.requeue_id == made.id, Sample.state.in_(DECIDED))
    session.execute(update(SampleSource).where(SampleSource.sample_id.in_(restored)).values(settled_at=None))
    return made


def _open(dataset_id: int) -> Select[SampleSource]:
    return (
        select(SampleSource)
        .join(Sample, Sample.id == SampleSource.sample_id)
        .join(Passage, Passage.id == SampleSource.passage_id)
        .join(Document, Document.id == Passage.document_id)
        .where(Sample.dataset_id == dataset_id, SampleSource.stale_at.is_not(None), SampleSource.settled_at.is_(None))
    )


def _chosen(session: Session, dataset_id: int, only: Sequence[int] | None) -> Sequence[int]:
    query = _open(dataset_id).with_only_columns(Sample.id)
    if only is not None:
        query = query.where(Sample.id.in_(only))
    if found := session.scalars(query).all():
        return found
    raise Invalid(say("No sample was chosen, so nothing was changed. Tick the samples, or choose all of them."))


def _settle(session: Session, samples: Sequence[int]) -> None:
    session.execute(update(SampleSource).where(SampleSource.sample_id.in_(samples)).values(settled_at=func.now()))
    session.flush()


def _line(nearest: "_Nearest", sample: Sample, passage: Passage, old: Document) -> Line:
    new = nearest.newest(old)
    number, text = nearest.passage(new, passage.text)
    return Line(
        sample.id, sample.state, sample.question, sample.answer, old, passage.number, passage.text, new, number, text
    )


class _Nearest:
    """Looks for the passage of the newest version that shares most words with an earlier one."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: dict[int, list[tuple[int, str, Counter[str]]]] = {}

    def newest(self, document: Document) -> Document:
        seen = {document.id}
        while document.replaced_by is not None and document.replaced_by not in seen:
            seen.add(document.replaced_by)
            document = self._session.get_one(Document, document.replaced_by)
        return document

    def passage(self, document: Document, text: str) -> tuple[int, str]:
        """Its number and text; the empty text where not a third of the words are there."""
        wanted = Counter(text.split())
        best, most = (0, ""), wanted.total() / 3
        for number, other, words in self._passages(document):
            shared = (wanted & words).total()
            if shared > most:
                best, most = (number, other), shared
        return best

    def _passages(self, document: Document) -> list[tuple[int, str, Counter[str]]]:
        if document.id not in self._read:
            rows = self._session.execute(
                select(Passage.number, Passage.text).where(Passage.document_id == document.id).order_by(Passage.number)
            )
            self._read[document.id] = [(number, text, Counter(text.split())) for number, text in rows]
        return self._read[document.id]
