"""Documents of a dataset: which there are, what became of them, and their passages in reading order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from app.curation.readers import is_archive
from app.messages import say
from app.models import Corpus, Document, Passage, RefusedLine, Sample, SampleSource, SampleState
from app.services.errors import NotFound

PAGE, PASSAGES = 50, 40


@dataclass(frozen=True)
class Search:
    """Which documents: those of one corpus, or all that nothing has replaced; with these words in name or title."""

    words: str = ""
    corpus_id: int | None = None


@dataclass(frozen=True)
class Line:
    """One document in the list. `refused` are parts of it that could not be read, `why` is the first one's reason."""

    document: Document
    corpus: str
    passages: int
    samples: int
    refused: int
    why: str


@dataclass(frozen=True)
class Found:
    """A page of documents; `total` fit the search."""

    lines: Sequence[Line]
    total: int
    has_next: bool


@dataclass(frozen=True)
class Totals:
    """The documents of a corpus, or of a dataset, in numbers."""

    documents: int
    pages: int
    passages: int
    samples: int
    flagged: int
    copies: int


@dataclass(frozen=True)
class Shown:
    """A passage with the samples made from it, and where the words stand that it nearly repeats."""

    passage: Passage
    samples: Sequence[tuple[int, SampleState, bool]]
    original: tuple[int, int, str] | None


def find(session: Session, dataset_id: int, document_id: int) -> Document:
    """A document of this dataset. NotFound."""
    found = session.get(Document, document_id)
    if found is None or found.dataset_id != dataset_id:
        raise NotFound(say("There is no such document in this dataset. Look for it in the list of documents."))
    return found


def has_any(session: Session, dataset_id: int) -> bool:
    """Whether the dataset has a document."""
    return session.scalar(select(Document.id).where(Document.dataset_id == dataset_id).limit(1)) is not None


def totals(session: Session, dataset_id: int, corpus_id: int | None = None) -> Totals:
    """Counted over one corpus, or over all documents that nothing has replaced."""
    where = _of(dataset_id, corpus_id)
    documents, pages = session.execute(
        select(func.count(), func.coalesce(func.sum(Document.pages), 0)).where(*where)
    ).one()
    passages = select(Passage.id).join(Document, Document.id == Passage.document_id).where(*where)
    numbers = passages.with_only_columns(func.count(), func.count(Passage.flag), func.count(Passage.duplicate_of))
    count, flagged, copies = session.execute(numbers).one()
    samples = session.scalar(
        select(func.count()).select_from(SampleSource).where(SampleSource.passage_id.in_(passages))
    )
    return Totals(documents, int(pages or 0), count, samples or 0, flagged, copies)


def page(session: Session, dataset_id: int, search: Search, after: int = 0) -> Found:
    """Documents in the order in which they came, after the row numbered `after`."""
    query = _matching(dataset_id, search)
    total = session.scalar(query.with_only_columns(func.count())) or 0
    rows = session.scalars(query.where(Document.id > after).order_by(Document.id).limit(PAGE + 1)).all()
    return Found(_lines(session, rows[:PAGE]), total, len(rows) > PAGE)


def passages(session: Session, document: Document, start: int) -> list[Shown]:
    """Up to `PASSAGES` of a document in reading order, from the one numbered `start` on, and one more if there is."""
    rows = session.scalars(
        select(Passage)
        .where(Passage.document_id == document.id, Passage.number >= start)
        .order_by(Passage.number)
        .limit(PASSAGES + 1)
    ).all()
    samples = _samples(session, [one.id for one in rows])
    originals = _originals(session, [one.duplicate_of for one in rows if one.duplicate_of])
    return [Shown(one, samples[one.id], originals.get(one.duplicate_of or 0)) for one in rows]


def count(session: Session, document: Document) -> int:
    """How many passages a document has."""
    return session.scalar(select(func.count()).where(Passage.document_id == document.id)) or 0


def refusals(session: Session, document: Document, corpus: Corpus) -> Sequence[RefusedLine]:
    """The first parts of a document that could not be read."""
    return session.scalars(
        select(RefusedLine)
        .where(RefusedLine.corpus_id == corpus.id, RefusedLine.file == file_of(document, corpus))
        .order_by(RefusedLine.id)
        .limit(20)
    ).all()


def file_of(document: Document, corpus: Corpus) -> str:
    """How refused lines name a document: with the archive's name before its own."""
    is_member = is_archive(corpus.file_name) and document.name != corpus.file_name
    return f"{corpus.file_name}/{document.name}" if is_member else corpus.file_name


def _of(dataset_id: int, corpus_id: int | None) -> list[ColumnElement[bool]]:
    only = Document.replaced_by.is_(None) if corpus_id is None else Document.corpus_id == corpus_id
    return [Document.dataset_id == dataset_id, only]


def _matching(dataset_id: int, search: Search) -> Select[Document]:
    query = select(Document).where(*_of(dataset_id, search.corpus_id))
    for word in search.words.split():
        query = query.where(
            or_(Document.name.icontains(word, autoescape=True), Document.title.icontains(word, autoescape=True))
        )
    return query


def _lines(session: Session, rows: Sequence[Document]) -> list[Line]:
    ids = [one.id for one in rows]
    corpora = {
        one.id: one for one in session.scalars(select(Corpus).where(Corpus.id.in_({one.corpus_id for one in rows})))
    }
    passages = _counted(session, select(Passage.document_id, func.count()).where(Passage.document_id.in_(ids)))
    samples = _counted(
        session,
        select(Passage.document_id, func.count())
        .join(SampleSource, SampleSource.passage_id == Passage.id)
        .where(Passage.document_id.in_(ids)),
    )
    refused = _refused(session, corpora, [file_of(one, corpora[one.corpus_id]) for one in rows])
    return [
        Line(
            one,
            corpora[one.corpus_id].name,
            passages.get(one.id, 0),
            samples.get(one.id, 0),
            *refused.get((one.corpus_id, file_of(one, corpora[one.corpus_id])), (0, "")),
        )
        for one in rows
    ]


def _counted(session: Session, query: Select[int, int]) -> dict[int, int]:
    return dict(session.execute(query.group_by(Passage.document_id)).all())


def _refused(session: Session, corpora: dict[int, Corpus], files: list[str]) -> dict[tuple[int, str], tuple[int, str]]:
    rows = session.execute(
        select(RefusedLine.corpus_id, RefusedLine.file, func.count(), func.min(RefusedLine.message))
        .where(RefusedLine.corpus_id.in_(corpora), RefusedLine.file.in_(files))
        .group_by(RefusedLine.corpus_id, RefusedLine.file)
    )
    return {(corpus, file): (count, why) for corpus, file, count, why in rows}


def _samples(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[int, SampleState, bool]]]:
    found: dict[int, list[tuple[int, SampleState, bool]]] = defaultdict(list)
    rows = session.execute(
        select(SampleSource.passage_id, Sample.id, Sample.state, SampleSource.stale_at, SampleSource.settled_at)
        .join(Sample, Sample.id == SampleSource.sample_id)
        .where(SampleSource.passage_id.in_(ids))
        .order_by(Sample.id)
    )
    for passage_id, sample_id, state, stale_at, settled_at in rows:
        found[passage_id].append((sample_id, state, stale_at is not None and settled_at is None))
    return found


def _originals(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int, str]]:
    """Document, number and the document's name of these passages."""
    rows = session.execute(
        select(Passage.id, Document.id, Passage.number, Document.name)
        .join(Document, Document.id == Passage.document_id)
        .where(Passage.id.in_(ids))
    )
    return {passage: (document, number, name) for passage, document, number, name in rows}
