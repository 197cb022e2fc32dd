"""The passage that a sample comes from, and the passages around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from app.curation.documents.document import Place
from app.curation.documents.format import known
from app.messages import say
from app.models import Document, Passage, SampleSource
from app.services.errors import NotFound

_own, _shown = aliased(Passage, name="own"), aliased(Passage, name="shown")


@dataclass(frozen=True)
class Source:
    """A passage of the document that a sample comes from: its own one, or a neighbour of that.

    `start` and `end` mark the words in the own one, where it is not all of it. `previous` and `next` are numbers of
    passages. `stale_at`: a newer version of the document no longer holds the own one.
    """

    sample_id: int
    document: Document
    passage: Passage
    own_number: int
    start: int | None
    end: int | None
    stale_at: datetime | None
    settled_at: datetime | None
    previous: int | None
    next: int | None

    @property
    def is_own(self) -> bool:
        return self.passage.number == self.own_number

    @property
    def is_stale(self) -> bool:
        return self.stale_at is not None and self.settled_at is None

    @property
    def page(self) -> int | None:
        """The page on which what is marked begins; None where the document has none that can be drawn."""
        if not is_drawn(self.document):
            return None
        start = self.start if self.is_own and self.start is not None else 0
        found = [place.page for place in self.places if place.end > start]
        return found[0] if found else self.passage.first_page

    @property
    def places(self) -> Sequence[Place]:
        return tuple(Place(*one) for one in self.passage.places)


def of_sample(session: Session, dataset_id: int, sample_id: int, number: int | None = None) -> Source | None:
    """The passage a sample comes from, or another one of its document; None where it comes from none."""
    wanted = _own.number if number is None else number
    row = session.execute(
        select(SampleSource, Document, _shown, _own.number, _beside(func.max, -1), _beside(func.min, 1))
        .join(_own, _own.id == SampleSource.passage_id)
        .join(Document, Document.id == _own.document_id)
        .join(_shown, (_shown.document_id == Document.id) & (_shown.number == wanted))
        .where(SampleSource.sample_id == sample_id, Document.dataset_id == dataset_id)
    ).first()
    if row is None:
        return None
    link, document, shown, own, before, after = row
    marked = (link.start, link.end) if shown.number == own else (None, None)
    return Source(sample_id, document, shown, own, *marked, link.stale_at, link.settled_at, before, after)


def get(session: Session, dataset_id: int, sample_id: int, number: int | None = None) -> Source:
    """The same. NotFound."""
    found = of_sample(session, dataset_id, sample_id, number)
    if found is None:
        raise NotFound(say("There is no such passage any more. Go back to the sample and look at it again."))
    return found


def document(session: Session, dataset_id: int, document_id: int) -> Document:
    """A document of this dataset. NotFound."""
    found = session.scalar(select(Document).where(Document.id == document_id, Document.dataset_id == dataset_id))
    if found is None:
        raise NotFound(say("There is no such document in this dataset. It may have been removed with its corpus."))
    return found


def passage(session: Session, document_id: int, number: int) -> Passage:
    """A passage of a document by its number. NotFound."""
    found = session.scalar(select(Passage).where(Passage.document_id == document_id, Passage.number == number))
    if found is None:
        raise NotFound(say("There is no such passage any more. Go back to the sample and look at it again."))
    return found


def is_drawn(one: Document) -> bool:
    """Whether its pages can be shown as pictures."""
    kind = known().get(one.format)
    return bool(one.pages) and kind is not None and kind.paged


def _beside(which: Any, side: int) -> ColumnElement[int | None]:
    """The number of the passage before or after the one that is shown."""
    other = aliased(Passage)
    is_there = other.number < _shown.number if side < 0 else other.number > _shown.number
    found: ColumnElement[int | None] = (
        select(which(other.number)).where(other.document_id == _shown.document_id, is_there).scalar_subquery()
    )
    return found
