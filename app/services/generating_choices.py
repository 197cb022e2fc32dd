"""What a generation may be made from: the corpora, documents and languages of a dataset's passages."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Corpus, Document, Passage

MOST_DOCUMENTS = 200


@dataclass(frozen=True)
class Choices:
    """(number, name, passages) of corpora and documents, and (language, passages)."""

    corpora: Sequence[tuple[int, str, int]]
    documents: Sequence[tuple[int, str, int]]
    languages: Sequence[tuple[str, int]]

    @property
    def passages(self) -> int:
        return sum(number for _, _, number in self.corpora)


def of(session: Session, dataset_id: int) -> Choices:
    """Documents are listed one by one only where there are few enough to choose among."""
    per_document = (
        select(Passage.document_id, func.count().label("passages"))
        .where(Passage.dataset_id == dataset_id)
        .group_by(Passage.document_id)
        .subquery()
    )
    documents = session.execute(
        select(Document.id, Document.name, Document.corpus_id, per_document.c.passages)
        .join(per_document, per_document.c.document_id == Document.id)
        .where(Document.replaced_by.is_(None))
        .order_by(Document.name, Document.id)
    ).all()
    names = {one.id: one.name for one in session.scalars(select(Corpus).where(Corpus.dataset_id == dataset_id))}
    counted: dict[int, int] = {}
    for row in documents:
        counted[row.corpus_id] = counted.get(row.corpus_id, 0) + row.passages
    languages = session.execute(
        select(Passage.language, func.count())
        .where(Passage.dataset_id == dataset_id, Passage.language != "")
        .group_by(Passage.language)
        .order_by(func.count().desc(), Passage.language)
    )
    return Choices(
        [(number, names.get(number, ""), counted[number]) for number in sorted(counted)],
        [(row.id, row.name, row.passages) for row in documents] if len(documents) <= MOST_DOCUMENTS else [],
        [(language, number) for language, number in languages],
    )
