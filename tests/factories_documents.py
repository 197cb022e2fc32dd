"""Documents with passages, and samples made from these."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.curation.sample import Form
from app.models import Corpus, Document, Passage, Sample, SampleSource, SampleState
from app.services.passage_rows import text_hash
from tests import factories


def make_document(session: Session, corpus: Corpus, texts: Sequence[str], name: str = "", **values: Any) -> Document:
    """A document whose passages are these texts."""
    number = session.query(Document).filter_by(corpus_id=corpus.id).count()
    given = {"format": "plain_text", "sha256": f"{corpus.id:032x}{number:032x}", "size": 1_000, "items": len(texts)}
    document = Document(
        dataset_id=corpus.dataset_id,
        corpus_id=corpus.id,
        number=number,
        name=name or f"document {number}.txt",
        **(given | values),
    )
    session.add(document)
    session.flush()
    start = 0
    for place, text in enumerate(texts):
        session.add(_passage(document, place, text, start))
        start += len(text) + 2
    session.flush()
    return document


def passages_of(session: Session, document: Document) -> list[Passage]:
    return list(session.query(Passage).filter_by(document_id=document.id).order_by(Passage.number))


def make_sourced(
    session: Session, document: Document, corpus: Corpus, state: SampleState = SampleState.CANDIDATE
) -> list[Sample]:
    """A text sample of each passage."""
    passages = passages_of(session, document)
    samples = factories.make_samples(
        session, corpus, [{"text": one.text} for one in passages], form=Form.TEXT, state=state
    )
    session.add_all(
        SampleSource(sample_id=sample.id, passage_id=one.id) for sample, one in zip(samples, passages, strict=True)
    )
    session.flush()
    return samples


def _passage(document: Document, number: int, text: str, start: int) -> Passage:
    return Passage(
        dataset_id=document.dataset_id,
        document_id=document.id,
        number=number,
        text=text,
        text_hash=text_hash(text),
        start=start,
        end=start + len(text),
        heading=["Salt", f"Part {number}"],
        first_page=number + 1,
        last_page=number + 1,
        places=[],
        tokens=len(text) // 4,
    )
