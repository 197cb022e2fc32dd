"""Reading a corpus into samples: streamed in by COPY, a few thousand lines a transaction."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from sqlalchemy import CursorResult, func, select, text, update
from sqlalchemy.orm import Session

from app.curation.readers import FileRefused, Mapping, NeedsMapping, Reading
from app.curation.sample import Form, Refusal, Sample, answer_text, content_hash, prompt_text, turns
from app.models import Corpus, CorpusState, Job, JobKind
from app.services import blobs, copying, jobs
from app.services.copying import copy_rows
from app.services.jobs import Fenced, JobFailed, Kind, ShardPlan, Stage
from app.services.working import Piece

LINES_PER_STEP = 2_000
BYTES_PER_STEP = 8 << 20
QUESTION_LENGTH, ANSWER_LENGTH, SEARCH_LENGTH = 300, 600, 100_000

Row = tuple[Any, ...]

# Made once per connection and emptied by every commit: a table made and dropped per step would bloat the catalogue.
_STAGED = """
    CREATE TEMP TABLE IF NOT EXISTS staged (number bigint, file text, position bigint, line bigint, "offset" bigint,
        form text, content json, metadata json, content_hash bytea, question text, answer text, words text)
    ON COMMIT DELETE ROWS
"""
_COPY = "COPY staged FROM STDIN"

_INSERT = """
    WITH firsts AS MATERIALIZED (SELECT DISTINCT ON (content_hash) * FROM staged ORDER BY content_hash, number),
    added AS (
        INSERT INTO samples (dataset_id, corpus_id, number, file, position, line, "offset", form, content, metadata,
            content_hash, question, answer)
        SELECT :dataset, :corpus, number, file, position, line, "offset", form, content, metadata,
            content_hash, question, answer
        FROM firsts ORDER BY number
        ON CONFLICT (dataset_id, content_hash) DO NOTHING
        RETURNING id, number)
    INSERT INTO sample_search (sample_id, dataset_id, search)
    SELECT added.id, :dataset, to_tsvector('simple', firsts.words) FROM added JOIN firsts USING (number) ORDER BY added.id
"""
# Looked up one by one: a plan for all at once, made while there were few samples, would read all of them at every step.
_COPIES = """
    INSERT INTO exact_copies (corpus_id, file, position, line, sample_id)
    SELECT :corpus, file, position, line, sample_id FROM (
        SELECT staged.*, (
            SELECT samples.id FROM samples WHERE samples.dataset_id = :dataset AND samples.content_hash = staged.content_hash
              AND NOT (samples.corpus_id = :corpus AND samples.number = staged.number)) AS sample_id
        FROM staged) AS found
    WHERE sample_id IS NOT NULL ORDER BY number
"""
_REFUSED = 'COPY refused_lines (corpus_id, file, position, line, "offset", code, message, excerpt) FROM STDIN'


def plan(session: Session, job: Job) -> Sequence[ShardPlan]:
    """One shard: a file is read from front to back."""
    corpus = session.get_one(Corpus, job.params["corpus_id"])
    return [ShardPlan({"corpus_id": corpus.id}, corpus.size)]


def work(piece: Piece) -> None:
    """Read on from the last committed line to the end of the file."""
    with piece.reading() as session:
        corpus = session.get_one(Corpus, piece.params["corpus_id"])
    try:
        reading = _open(corpus)
        for lines in _batches(reading, corpus.lines):
            with piece.step(min(reading.bytes_done, corpus.size), {"lines": lines.last}) as session:
                piece.hold(session)
                store(session, corpus, lines)
    except FileRefused as error:
        raise JobFailed(error.code, error.message) from error
    except NeedsMapping as error:
        raise JobFailed("needs_mapping", str(error)) from error


@dataclass
class Lines:
    """Lines read and not yet stored, as rows: those numbered from `first` up to `last`, which is not among them."""

    first: int
    samples: list[Row] = field(default_factory=list)
    refused: list[Row] = field(default_factory=list)
    size: int = 0

    @property
    def last(self) -> int:
        return self.first + len(self.samples) + len(self.refused)

    @property
    def is_full(self) -> bool:
        return self.last - self.first >= LINES_PER_STEP or self.size >= BYTES_PER_STEP

    def add(self, item: Sample | Refusal) -> None:
        if isinstance(item, Sample):
            row = _staged_row(self.last, item)
            self.samples.append(row)
        else:
            row = _refused_row(item)
            self.refused.append(row)
        self.size += sum(len(value) for value in row if isinstance(value, str))


def store(session: Session, corpus: Corpus, lines: Lines) -> None:
    """Write samples, exact copies, refused lines and the corpus's counts. Fenced where they were stored already."""
    accepted = _store_samples(session, corpus, lines.samples) if lines.samples else 0
    if lines.refused:
        copy_rows(session, _REFUSED, ((corpus.id, *row) for row in lines.refused))
    counted = session.execute(
        update(Corpus)
        .where(Corpus.id == corpus.id, Corpus.lines == lines.first)
        .values(
            lines=lines.last,
            accepted=Corpus.accepted + accepted,
            refused=Corpus.refused + len(lines.refused),
            copies=Corpus.copies + len(lines.samples) - accepted,
        )
    )
    if cast("CursorResult[Any]", counted).rowcount != 1:
        raise Fenced


def _store_samples(session: Session, corpus: Corpus, rows: Sequence[Row]) -> int:
    session.execute(text(_STAGED))
    copy_rows(session, _COPY, rows)
    # Two imports into one dataset would otherwise wait for each other's new rows in opposite orders.
    session.execute(text("SET LOCAL lock_timeout = 0"))
    session.execute(select(func.pg_advisory_xact_lock(730119, corpus.dataset_id)))
    where = {"dataset": corpus.dataset_id, "corpus": corpus.id}
    accepted: int = session.execute(text(_INSERT), where).rowcount  # type: ignore[attr-defined]
    if accepted < len(rows):
        session.execute(text(_COPIES), where)
    return accepted


def _staged_row(number: int, sample: Sample) -> Row:
    source = sample.source
    question, answer = summary(sample.form, sample.content)
    return (
        number,
        source.file,
        source.position,
        source.line,
        source.offset,
        sample.form.value,
        orjson.dumps(sample.content).decode(),
        orjson.dumps(sample.metadata).decode(),
        content_hash(sample.form, sample.content),
        question,
        answer,
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


def _refused_row(refusal: Refusal) -> Row:
    source = refusal.source
    return source.file, source.position, source.line, source.offset, refusal.code, refusal.message, refusal.excerpt


def _open(corpus: Corpus) -> Reading:
    mapping = Mapping(form=Form(corpus.mapping["form"]), fields=corpus.mapping["fields"]) if corpus.mapping else None
    return Reading(blobs.path(corpus.sha256), corpus.file_name, mapping=mapping, skip=corpus.lines)


def _batches(items: Iterable[Sample | Refusal], number: int) -> Iterator[Lines]:
    """Batches bounded in lines and in the size of their rows; the first line has `number`."""
    lines = Lines(number)
    for item in items:
        lines.add(item)
        if lines.is_full:
            yield lines
            lines = Lines(lines.last)
    if lines.last > lines.first:
        yield lines


def _succeeded(session: Session, job: Job) -> None:
    copying.count_afresh(session, "samples")
    session.execute(update(Corpus).where(Corpus.id == job.params["corpus_id"]).values(state=CorpusState.READY))


def _stopped(session: Session, job: Job) -> None:
    why = job.error or "The import was stopped. The lines read so far are safe; go on with it at any time."
    session.execute(
        update(Corpus).where(Corpus.id == job.params["corpus_id"]).values(state=CorpusState.FAILED, error=why)
    )


jobs.KINDS[JobKind.IMPORT] = Kind([Stage("Read the file", "bytes", plan, work)], _succeeded, _stopped)
