"""Which samples a release is made of: a composition as a query."""

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.curation.exporter import exporters
from app.curation.releasing.composition import Composition
from app.models import Sample, SampleState
from app.services import threads


def chosen(dataset_id: int, composition: Composition) -> Select[Sample]:
    """Samples that go in as far as the database can say: decided, without an open question, and selected."""
    return select(Sample).where(*decided(dataset_id, composition), ~threads.open_question())


def decided(dataset_id: int, composition: Composition) -> list[ColumnElement[bool]]:
    """Approved samples of the selection, and rejected ones where the format learns from them."""
    states = [SampleState.APPROVED]
    if exporters()[composition.format].takes_rejected:
        states.append(SampleState.REJECTED)
    found: list[ColumnElement[bool]] = [Sample.dataset_id == dataset_id, Sample.state.in_(states)]
    if composition.selection.corpora:
        found.append(Sample.corpus_id.in_(composition.selection.corpora))
    return found


def count(session: Session, dataset_id: int, composition: Composition) -> int:
    """How many samples would go in now."""
    return session.scalar(chosen(dataset_id, composition).with_only_columns(func.count())) or 0


def asked(session: Session, dataset_id: int, composition: Composition) -> int:
    """How many of the selection stay out because a question about them is open."""
    query = select(func.count()).where(*decided(dataset_id, composition), threads.open_question())
    return session.scalar(query) or 0


def narrow(session: Session, release_id: int, composition: Composition) -> None:
    """Take out of the frozen rows what caps and budget leave no room for. Positions keep their gaps."""
