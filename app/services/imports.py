"""Reading a corpus into samples: streamed in by COPY, a few thousand lines a transaction."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.curation.readers import FileRefused, Mapping, NeedsMapping, Reading
from app.curation.sample import Form, Refusal, Sample, answer_text, content_hash, prompt_text, turns
from app.models import Corpus, CorpusState, Job, JobKind
from app.services import blobs, jobs
from app.services.copying import copy_rows
from app.services.jobs import JobFailed, Kind, ShardPlan, Stage
from app.services.working import Piece

LINES_PER_STEP = 2_000
BYTES_PER_STEP = 8 << 20
QUESTION_LENGTH, ANSWER_LENGTH, SEARCH_LENGTH = 300, 600, 100_000

Item = Sample | Refusal

_STAGED = """
    CREATE TEMP TABLE staged (number bigint, file text, position bigint, line bigint, "offset" bigint, form text, content json,
        metadata json, content_hash bytea, question text, answer text, words text) ON COMMIT DROP
"""
_COPY = "COPY staged FROM STDIN"

_INSERT = """
    INSERT INTO samples (dataset_id, corpus_id, number, file, position, line, "offset", form, content, metadata, content_hash,
        question, answer, search)
    SELECT :dataset, :corpus, number, file, position, line, "offset", form, content, metadata, content_hash, question, answer,
        to_tsvector('simple', words)
    FROM (SELECT DISTINCT ON (content_hash) * FROM staged ORDER BY content_hash, number) AS firsts
    ORDER BY number
    ON CONFLICT DO NOTHING
"""
_COPIES = """
    INSERT INTO exact_copies (corpus_id, file, position, line, sample_id)
    SELECT :corpus, staged.file, staged.position, staged.line, samples.id
    FROM staged JOIN samples ON samples.dataset_id = :dataset AND samples.content_hash = staged.content_hash
    WHERE NOT (samples.corpus_id = :corpus AND samples.number = staged.number)
    ORDER BY staged.number
"""
_REFUSED = "COPY refused_lines (corpus_id, file, position, line, \"offset\", code, message, excerpt) FROM STDIN"


def plan(session: Session, job: Job) -> Sequence[ShardPlan]:
    """One shard: a file is read from front to back."""
    corpus = session.get_one(Corpus, job.params["corpus_id"])
    return [ShardPlan({"corpus_id": corpus.id}, corpus.size)]


def work(piece: Piece) -> None:
    """Read on from the last committed line to the end of the file."""
    with piece.reading() as session:
        corpus = session.get_one(Corpus, piece.params["corpus_id"])
    number = corpus.lines
    try:
        reading = _open(corpus)
        for items in _batches(reading):
            with piece.step(min(reading.bytes_done, corpus.size), {"lines": number + len(items)}) as session:
                store(session, corpus, items, number)
            number += len(items)
    except FileRefused as error:
        raise JobFailed(error.code, error.message) from error
    except NeedsMapping as error:
        raise JobFailed("needs_mapping", str(error)) from error


def store(session: Session, corpus: Corpus, items: Sequence[Item], number: int) -> None:
    """Write a batch of lines: new samples, exact copies and refused lines, and the corpus's counts with them."""
    samples = [(number + index, item) for index, item in enumerate(items) if isinstance(item, Sample)]
    refusals = [item for item in items if isinstance(item, Refusal)]
    accepted = copies = 0
    if samples:
        accepted = _store_samples(session, corpus, samples)
        copies = len(samples) - accepted
    if refusals:
        copy_rows(session, _REFUSED, (_refused_row(corpus.id, refusal) for refusal in refusals))
    session.execute(
        update(Corpus).where(Corpus.id == corpus.id).values(
            lines=Corpus.lines + len(items), accepted=Corpus.accepted + accepted, refused=Corpus.refused + len(refusals),
            copies=Corpus.copies + copies,
        )
    )


def _store_samples(session: Session, corpus: Corpus, samples: Sequence[tuple[int, Sample]]) -> int:
    # Two imports into one dataset would otherwise wait for each other's new rows in opposite orders.
    session.execute(select(func.pg_advisory_xact_lock(730119, corpus.dataset_id)))
    session.execute(text(_STAGED))
    copy_rows(session, _COPY, (_staged_row(number, sample) for number, sample in samples))
    where = {"dataset": corpus.dataset_id, "corpus": corpus.id}
    accepted: int = session.execute(text(_INSERT), where).rowcount  # type: ignore[attr-defined]
    if accepted < len(samples):
        session.execute(text(_COPIES), where)
    session.execute(text("DROP TABLE staged"))
    return accepted


def _staged_row(number: int, sample: Sample) -> tuple[Any, ...]:
    source = sample.source
    question, answer = summary(sample.form, sample.content)
    return (
        number, source.file, source.position, source.line, source.offset, sample.form.value, orjson.dumps(sample.content).decode(),
        orjson.dumps(sample.metadata).decode(), content_hash(sample.form, sample.content), question, answer,
        search_text(sample.form, sample.content),
    )


def summary(form: Form, content: dict[str, Any]) -> tuple[str, str]:
    """The first words of question and answer, for lists; plain text has no question of its own."""
    if form is Form.TEXT:
        return content["text"][:QUESTION_LENGTH], ""
    return prompt_text(form, content)[:QUESTION_LENGTH], answer_text(form, content)[:ANSWER_LENGTH]


def search_text(form: Form, content: dict[str, Any]) -> str:
    """What a search looks through: the sample's words, cut where PostgreSQL's word list would overflow."""
    return "\n".join(turn.text for turn in turns(form, content))[:SEARCH_LENGTH]


def _refused_row(corpus_id: int, refusal: Refusal) -> tuple[Any, ...]:
    source = refusal.source
    return corpus_id, source.file, source.position, source.line, source.offset, refusal.code, refusal.message, refusal.excerpt


def _open(corpus: Corpus) -> Reading:
    mapping = Mapping(form=Form(corpus.mapping["form"]), fields=corpus.mapping["fields"]) if corpus.mapping else None
    return Reading(blobs.path(corpus.sha256), corpus.file_name, mapping=mapping, skip=corpus.lines)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Batches bounded in lines and, roughly, in bytes."""
    batch: list[Item] = []
    size = 0
    for item in items:
        batch.append(item)
        size += _weight(item)
        if len(batch) >= LINES_PER_STEP or size >= BYTES_PER_STEP:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _weight(item: Item) -> int:
    return sum(len(turn.text) for turn in turns(item.form, item.content)) if isinstance(item, Sample) else 200


def _succeeded(session: Session, job: Job) -> None:
    session.execute(update(Corpus).where(Corpus.id == job.params["corpus_id"]).values(state=CorpusState.READY))


def _stopped(session: Session, job: Job) -> None:
    why = job.error or "The import was stopped. The lines read so far are safe; go on with it at any time."
    session.execute(update(Corpus).where(Corpus.id == job.params["corpus_id"]).values(state=CorpusState.FAILED, error=why))


jobs.KINDS[JobKind.IMPORT] = Kind([Stage("Read the file", "bytes", plan, work)], _succeeded, _stopped)
