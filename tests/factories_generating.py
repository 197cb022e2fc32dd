"""Documents with passages, as an import leaves them; everything is flushed, nothing committed."""

from collections.abc import Sequence
from hashlib import blake2b

from sqlalchemy.orm import Session

from app.models import Corpus, Document, ModelEndpoint, Passage
from app.services import endpoints
from app.services.endpoints import Draft


def make_document(session: Session, corpus: Corpus, name: str = "guideline.pdf", **values: object) -> Document:
    number = session.query(Document).where(Document.corpus_id == corpus.id).count()
    made = Document(
        dataset_id=corpus.dataset_id,
        corpus_id=corpus.id,
        number=number,
        name=name,
        format="pdf",
        sha256=f"{number:064x}",
        size=1_000,
        meta={},
        **{"title": "Care of wounds", "language": "en", **values},
    )
    session.add(made)
    session.flush()
    return made


def make_passages(session: Session, document: Document, texts: int | Sequence[str], **values: object) -> list[Passage]:
    """Passages one after the other; those that are only counted name their number, so that a server can tell them."""
    given = [passage_text(number) for number in range(texts)] if isinstance(texts, int) else list(texts)
    made, place = [], 0
    first = session.query(Passage).where(Passage.document_id == document.id).count()
    for number, text in enumerate(given, first):
        row = {
            "heading": ["Dressings", "Changing them"],
            "places": [],
            "tokens": len(text) // 4,
            "language": "en",
            **values,
        }
        made.append(
            Passage(
                dataset_id=document.dataset_id,
                document_id=document.id,
                number=number,
                text=text,
                text_hash=blake2b(text.encode(), digest_size=16).digest(),
                start=place,
                end=place + len(text),
                **row,
            )
        )
        place += len(text) + 2
    session.add_all(made)
    session.flush()
    return made


def passage_text(number: int, behave: str = "") -> str:
    script = f"\nBEHAVE: {behave}\n" if behave else ""
    return f"Passage {number}. The dressing of kind {number} is changed after {number + 2} days.{script} It stays dry."


def make_endpoint(session: Session, base_url: str, **values: object) -> ModelEndpoint:
    draft = {"name": "Test model", "base_url": base_url, "model": "test-1", "timeout_seconds": 10, **values}
    return endpoints.add(session, Draft(**draft))  # type: ignore[arg-type]
