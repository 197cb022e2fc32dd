"""Corpora: taking in a raw file, finding out what it is, and answering for every line of it."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.readers import Chunking, FileRefused, Mapping, Preview, preview
from app.curation.sample import Form
from app.db import AnyRow
from app.messages import say
from app.models import Corpus, CorpusState, ExactCopy, Job, JobKind, JobState, Making, RefusedLine
from app.services import (
    blobs,
    imports,  # noqa: F401 - makes the kind of job known that is started here
    jobs,
)
from app.services.blobs import Stored
from app.services.errors import Conflict, Invalid, NotFound

DOCUMENT = "document"
"""The shape of a corpus that holds documents and nothing else."""


def add(
    session: Session,
    dataset_id: int,
    stored: Stored,
    *,
    file_name: str,
    name: str = "",
    licence: str = "",
    origin: str = "",
    making: Making = Making.TEXT,
    chunking: Chunking | None = None,
    previous: Corpus | None = None,
    by: int | None = None,
) -> Corpus:
    """Take in a stored file and start its import, or wait for a mapping where its columns are not understood.

    `making` and `chunking` are for documents; `previous` is the corpus that the file holds newer versions of.
    Invalid where the file cannot be read at all, Conflict where the dataset has this very file already.
    """
    _refuse_twin(session, dataset_id, stored.sha256)
    try:
        found = preview(stored.path, file_name)
    except FileRefused as error:
        raise Invalid(error.message) from error
    shape = found.shape or (DOCUMENT if found.has_documents and not found.columns else None)
    corpus = Corpus(
        dataset_id=dataset_id,
        name=name.strip() or file_name,
        file_name=file_name,
        sha256=stored.sha256,
        size=stored.size,
        licence=licence.strip(),
        origin=origin.strip(),
        shape=shape,
        making=making,
        chunking=(chunking or Chunking()).model_dump(),
        previous_id=previous.id if previous else None,
        uploaded_by=by,
        state=CorpusState.WAITING if shape else CorpusState.UNMAPPED,
    )
    session.add(corpus)
    session.flush()
    if shape:
        start_import(session, corpus, by)
    return corpus


def previous(session: Session, dataset_id: int, corpus_id: int | None) -> Corpus | None:
    """The corpus of this dataset that newer versions are uploaded for. NotFound."""
    if corpus_id is None:
        return None
    found = session.get(Corpus, corpus_id)
    if found is None or found.dataset_id != dataset_id:
        raise NotFound(say("There is no such corpus in this dataset. Look for it in the list of corpora."))
    return found


def rows(corpus: Corpus) -> Preview:
    """The first rows of a corpus's file, as they are. Invalid where the file cannot be read."""
    try:
        return preview(blobs.path(corpus.sha256), corpus.file_name)
    except FileRefused as error:
        raise Invalid(error.message) from error


def map_columns(session: Session, corpus: Corpus, form: Form, fields: dict[str, str], by: int | None = None) -> Job:
    """Say which column is what, and start the import. Invalid where a needed column is missing."""
    try:
        mapping = Mapping(form=form, fields=fields)
    except ValueError as error:
        raise Invalid(str(error)) from error
    corpus.mapping = {"form": mapping.form.value, "fields": dict(mapping.fields)}
    corpus.shape = "mapped"
    return start_import(session, corpus, by)


def start_import(session: Session, corpus: Corpus, by: int | None = None) -> Job:
    """Start reading a corpus, or go on where an earlier import stopped. Conflict where one is under way."""
    session.execute(select(Corpus.id).where(Corpus.id == corpus.id).with_for_update())
    if corpus.shape == "generated":
        raise Conflict(say("This corpus was not read from a file: a language model made its samples."))
    if (job := import_job(session, corpus)) is not None and job.state in jobs.ACTIVE:
        raise Conflict(say("This corpus is being read already. Wait until it is done."))
    corpus.state, corpus.error = CorpusState.IMPORTING, None
    return jobs.start(session, JobKind.IMPORT, corpus.dataset_id, {"corpus_id": corpus.id}, by)


def import_job(session: Session, corpus: Corpus) -> Job | None:
    """The newest import of a corpus."""
    return session.scalar(
        select(Job)
        .where(
            Job.dataset_id == corpus.dataset_id,
            Job.kind == JobKind.IMPORT,
            Job.params["corpus_id"].as_integer() == corpus.id,
        )
        .order_by(Job.id.desc())
        .limit(1)
    )


def of(session: Session, dataset_id: int) -> Sequence[Corpus]:
    """A dataset's corpora, oldest first."""
    return session.scalars(select(Corpus).where(Corpus.dataset_id == dataset_id).order_by(Corpus.id)).all()


def importing(session: Session, dataset_id: int) -> bool:
    """Whether a file of this dataset is still being read."""
    return (
        session.scalar(
            select(Job.id)
            .where(
                Job.dataset_id == dataset_id,
                Job.kind == JobKind.IMPORT,
                Job.state.in_([JobState.QUEUED, JobState.RUNNING]),
            )
            .limit(1)
        )
        is not None
    )


def refused(session: Session, corpus_id: int, after: int = 0, limit: int = 50) -> Sequence[RefusedLine]:
    """Refused lines in the order of the file, after the row numbered `after`."""
    return session.scalars(
        select(RefusedLine)
        .where(RefusedLine.corpus_id == corpus_id, RefusedLine.id > after)
        .order_by(RefusedLine.id)
        .limit(limit)
    ).all()


def refused_by_code(session: Session, corpus_id: int) -> Sequence[AnyRow]:
    """(code, lines, first id) of a corpus's refused lines, the commonest first."""
    return session.execute(
        select(RefusedLine.code, func.count().label("lines"), func.min(RefusedLine.id).label("first_id"))
        .where(RefusedLine.corpus_id == corpus_id)
        .group_by(RefusedLine.code)
        .order_by(func.count().desc(), RefusedLine.code)
    ).all()


def copies(session: Session, corpus_id: int, after: int = 0, limit: int = 50) -> Sequence[ExactCopy]:
    """Lines that were exact copies, with the sample that they equal."""
    return session.scalars(
        select(ExactCopy)
        .where(ExactCopy.corpus_id == corpus_id, ExactCopy.id > after)
        .order_by(ExactCopy.id)
        .limit(limit)
    ).all()


def _refuse_twin(session: Session, dataset_id: int, sha256: str) -> None:
    twin = session.scalar(
        select(Corpus.name)
        .where(Corpus.dataset_id == dataset_id, Corpus.sha256 == sha256, Corpus.state != CorpusState.FAILED)
        .limit(1)
    )
    if twin:
        raise Conflict(f"This dataset has this very file already, as “{twin}”. Nothing was added.")
