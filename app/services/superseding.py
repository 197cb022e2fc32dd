"""New versions of documents: which one takes the place of which, and the samples whose passage is there no longer."""

from collections.abc import Sequence

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.curation.documents.document import Document as Read
from app.curation.documents.document import Passage as Cut
from app.curation.documents.passages import document_text, own_words
from app.models import Corpus, Document, Job, Passage, SampleSource
from app.services.jobs import ShardPlan
from app.services.working import Piece

# A sample hangs on the passage of the version that it was made from, which may be several versions ago.
_DEPENDENT = text("""
    WITH RECURSIVE earlier AS (
        SELECT id FROM documents WHERE id = :document
        UNION SELECT d.id FROM documents d JOIN earlier e ON d.replaced_by = e.id)
    SELECT DISTINCT p.id, p.text, p.text_hash, p.start, p."end" FROM passages p
    JOIN earlier ON earlier.id = p.document_id
    JOIN sample_sources s ON s.passage_id = p.id AND s.stale_at IS NULL
    ORDER BY p.id
""")


def plan(session: Session, job: Job) -> Sequence[ShardPlan]:
    """One shard, where the corpus holds new versions of another's documents."""
    corpus = session.get_one(Corpus, job.params["corpus_id"])
    number = session.scalar(select(func.count()).where(Document.corpus_id == corpus.id)) or 0
    return [ShardPlan({"corpus_id": corpus.id}, number)] if corpus.previous_id and number else []


def work(piece: Piece) -> None:
    """Document by document: the earlier version steps back, and what depends on words that are gone is marked."""
    with piece.reading() as session:
        corpus = session.get_one(Corpus, piece.params["corpus_id"])
        pairs = _pairs(session, corpus)
    for number, (old, new) in enumerate(pairs):
        with piece.step(number + 1, {}) as session:
            piece.hold(session)
            supersede(session, old, new)


def supersede(session: Session, old: int, new: int) -> None:
    """Put the document `new` in the place of `old`, and mark the samples whose passage it no longer holds."""
    gone = _gone(session, old, new)
    session.execute(
        update(SampleSource)
        .where(SampleSource.passage_id.in_(gone), SampleSource.stale_at.is_(None))
        .values(stale_at=func.now())
    )
    session.execute(update(Document).where(Document.id == old).values(replaced_by=new, replaced_at=func.now()))


def _gone(session: Session, old: int, new: int) -> list[int]:
    """Passages with samples that are not in the new document word for word, however it was cut."""
    there = set(session.scalars(select(Passage.text_hash).where(Passage.document_id == new)))
    missing = [row for row in session.execute(_DEPENDENT, {"document": old}) if bytes(row.text_hash) not in there]
    if not missing:
        return []
    words = f" {_words(_whole(session, new))} "
    return [row.id for row in missing if f" {_words(own_words(row.text, row.end - row.start))} " not in words]


def _whole(session: Session, document_id: int) -> str:
    """The document's text, from its passages."""
    rows = session.execute(
        select(Passage.number, Passage.text, Passage.start, Passage.end)
        .where(Passage.document_id == document_id)
        .order_by(Passage.number)
    )
    none = Read("", "", "", 0)
    return document_text([Cut(none, row.number, row.text, row.start, row.end) for row in rows])


def _words(text: str) -> str:
    return " ".join(text.split())


def _pairs(session: Session, corpus: Corpus) -> list[tuple[int, int]]:
    """(earlier, new) documents of the same name; where each side has but one, whatever their names."""
    new = _named(session, [corpus.id])
    old = _named(session, _before(session, corpus))
    if len(new) == len(old) == 1:
        return list(zip(old.values(), new.values(), strict=True))
    return [(old[name], number) for name, number in new.items() if name in old]


def _before(session: Session, corpus: Corpus) -> list[int]:
    """The corpora whose documents this one may hold newer versions of, the newest first."""
    found: list[int] = []
    number = corpus.previous_id
    while number is not None and number not in found:
        found.append(number)
        number = session.scalar(select(Corpus.previous_id).where(Corpus.id == number))
    return found


def _named(session: Session, corpora: Sequence[int]) -> dict[str, int]:
    """Documents that nothing has replaced yet, by name; a folder that holds all of a corpus is no part of it."""
    found: dict[str, int] = {}
    for corpus_id in corpora:
        rows = session.execute(
            select(Document.name, Document.id)
            .where(Document.corpus_id == corpus_id, Document.replaced_by.is_(None))
            .order_by(Document.number)
        ).all()
        every = session.scalars(select(Document.name).where(Document.corpus_id == corpus_id)).all()
        folder = _folder(every)
        for name, number in rows:
            found.setdefault(name.removeprefix(folder), number)
    return found


def _folder(names: Sequence[str]) -> str:
    first = {name.partition("/")[0] for name in names if "/" in name}
    return f"{first.pop()}/" if len(first) == 1 and all("/" in name for name in names) else ""
