"""Passages of a dataset that say nearly the same, of whatever documents: found by MinHash, verified word by word."""

from collections.abc import Iterator, Sequence
from tempfile import TemporaryDirectory, TemporaryFile

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from app.curation.dedup.minhash import MinHash
from app.curation.near import clusters, sign
from app.curation.sample import Source
from app.curation.stash import Stash
from app.curation.texts import Texts
from app.models import Corpus, Document, Job, Passage
from app.services.jobs import ShardPlan
from app.services.working import Piece

AT_ONCE = 1_000
_SET = text("""
    UPDATE passages SET duplicate_of = nullif(found.original, 0)
    FROM unnest(CAST(:ids AS bigint[]), CAST(:originals AS bigint[])) AS found(id, original)
    WHERE passages.id = found.id AND passages.duplicate_of IS DISTINCT FROM nullif(found.original, 0)
""")
# What stands to the letter in so many documents, and is a small part of each, is said by none of them in particular.
_EVERYWHERE = 5
_BOILERPLATE = text("""
    WITH live AS (
        SELECT p.id, p.document_id, p.text_hash, p.flag FROM passages p JOIN documents d ON d.id = p.document_id
        WHERE p.dataset_id = :dataset AND d.replaced_by IS NULL),
    often AS (
        SELECT text_hash FROM live GROUP BY text_hash HAVING count(DISTINCT document_id) >= :documents),
    share AS (
        SELECT document_id, avg((text_hash IN (SELECT text_hash FROM often))::int) AS repeated FROM live GROUP BY document_id),
    meant AS (
        SELECT live.text_hash FROM live JOIN often USING (text_hash) JOIN share USING (document_id)
        GROUP BY live.text_hash HAVING max(share.repeated) < 0.5)
    UPDATE passages SET flag = 'boilerplate' FROM live JOIN meant USING (text_hash)
    WHERE passages.id = live.id AND live.flag IS NULL AND NOT EXISTS (
        SELECT FROM sample_sources s JOIN samples x ON x.id = s.sample_id
        WHERE s.passage_id = live.id AND x.form <> 'text')
""")


def plan(session: Session, job: Job) -> Sequence[ShardPlan]:
    """One shard, where the corpus has passages."""
    corpus = session.get_one(Corpus, job.params["corpus_id"])
    has_any = select(Passage.id).join(Document, Document.id == Passage.document_id)
    if session.scalar(has_any.where(Document.corpus_id == corpus.id).limit(1)) is None:
        return []
    live = _live(corpus.dataset_id).with_only_columns(func.count()).order_by(None)
    return [ShardPlan({"dataset_id": corpus.dataset_id}, session.scalar(live) or 0)]


def work(piece: Piece) -> None:
    """Compare all passages that count; those of replaced documents, and what stands in every other one, do not."""
    with piece.step(0, {}) as session:
        piece.hold(session)
        session.execute(_BOILERPLATE, {"dataset": piece.params["dataset_id"], "documents": _EVERYWHERE})
    with TemporaryDirectory(prefix="winnow-") as folder, Stash(folder) as stash:
        for texts, sources in _read(piece):
            stash.add(texts, sources)
            piece.alive()
        ids, originals = _compared(stash, folder)
        for first in range(0, len(ids), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            with piece.step(min(first + AT_ONCE, len(ids)), {}) as session:
                piece.hold(session)
                session.execute(_SET, {"ids": ids[some].tolist(), "originals": originals[some].tolist()})


def _live(dataset_id: int) -> Select[int, str]:
    return (
        select(Passage.id, Passage.text)
        .join(Document, Document.id == Passage.document_id)
        .where(Passage.dataset_id == dataset_id, Passage.flag.is_(None), Document.replaced_by.is_(None))
        .order_by(Passage.id)
    )


def _read(piece: Piece) -> Iterator[tuple[Texts, list[Source]]]:
    after = 0
    while True:
        with piece.reading() as session:
            query = _live(piece.params["dataset_id"]).where(Passage.id > after).limit(AT_ONCE)
            rows = session.execute(query).all()
        if not rows:
            return
        after = rows[-1].id
        yield Texts.of([row.text for row in rows]), [Source("", row.id) for row in rows]


def _compared(stash: Stash, folder: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every passage, and the earlier one that it repeats; 0 for none."""
    one, texts = MinHash(), stash.texts()
    ids = np.array([int(stash.id(row).rpartition(":")[2]) for row in range(len(stash))], np.int64)
    if not len(ids):
        return ids, ids
    with TemporaryFile(dir=folder) as file:
        signatures = np.memmap(file, np.uint32, "w+", shape=(len(stash), one.width))
        sign(one, texts, signatures)
        survivor = clusters(one, texts, signatures).copies.survivor
    return ids, np.where(survivor >= 0, ids[survivor], 0)
