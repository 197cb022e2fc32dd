"""Reading a corpus into samples: streamed in by COPY, a few thousand lines a transaction."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, cast

import orjson
from sqlalchemy import CursorResult, func, select, text, update
from sqlalchemy.orm import Session

from app.curation.documents.document import Document, Passage
from app.curation.readers import Chunking, Documents, FileRefused, Mapping, NeedsMapping, Reading
from app.curation.sample import Form, Refusal, Sample, answer_text, content_hash, prompt_text, turns
from app.models import Corpus, CorpusState, Job, JobKind, Making
from app.services import blobs, copying, jobs, passage_copies, passage_rows, superseding
from app.services.copying import copy_rows
from app.services.errors import Invalid
from app.services.jobs import Fenced, JobFailed, Kind, ShardPlan, Stage
from app.services.working import Piece

LINES_PER_STEP = 2_000
BYTES_PER_STEP = 8 << 20
SECONDS_PER_STEP = 3.0
"""Documents take their time: what is done is told, and kept, this often at least."""
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
        reading = _open(corpus, _documents(corpus, piece))
        for lines in _batches(reading, corpus):
            with piece.step(min(reading.bytes_done, corpus.size), {"lines": lines.last}) as session:
                piece.hold(session)
                store(session, corpus, lines)
    except FileRefused as error:
        raise JobFailed(error.code, error.message) from error
    except NeedsMapping as error:
        raise JobFailed("needs_mapping", str(error)) from error
    except Invalid as error:
        raise JobFailed("no_space", str(error)) from error


@dataclass
class Lines:
    """Lines read and not yet stored, as rows: those numbered from `first` up to `last`, which is not among them.

    `kept` of them are passages without a sample. `ended` are documents with the number of their items.
    """

    first: int
    making: Making = Making.TEXT
    samples: list[Row] = field(default_factory=list)
    refused: list[Row] = field(default_factory=list)
    passages: list[passage_rows.Row] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    kept: int = 0
    size: int = 0
    began: float = field(default_factory=monotonic)

    @property
    def last(self) -> int:
        return self.first + len(self.samples) + len(self.refused) + self.kept

    @property
    def is_full(self) -> bool:
        return (
            self.last - self.first >= LINES_PER_STEP
            or self.size >= BYTES_PER_STEP
            or monotonic() - self.began > SECONDS_PER_STEP
        )

    def add(self, item: Sample | Refusal, document: Document | None = None) -> None:
        if document is not None:
            self.documents[document.name] = document
        if isinstance(item, Refusal):
            self.refused.append(self._weighed(_refused_row(item)))
            return
        if item.passage is not None:
            self.passages.append(self._weighed(passage_rows.row(self.last, item.passage)))
            if self._is_kept(item, item.passage):
                self.kept += 1
                return
        self.samples.append(self._weighed(_staged_row(self.last, item)))

    def _is_kept(self, sample: Sample, passage: Passage) -> bool:
        """Whether a passage becomes no sample: one with a flag; all but exchanges where nothing else is made of them."""
        is_text = sample.form is Form.TEXT and sample.content == {"text": passage.text}
        return is_text and (passage.flag is not None or self.making is Making.PASSAGES)

    def _weighed(self, row: Row) -> Row:
        self.size += sum(len(value) for value in row if isinstance(value, str))
        return row


def store(session: Session, corpus: Corpus, lines: Lines) -> None:
    """Write samples, exact copies, refused lines, documents and the corpus's counts.

    Fenced where they were stored already.
    """
    passage_rows.store(session, corpus, lines.documents, lines.passages)
    accepted = _store_samples(session, corpus, lines.samples) if lines.samples else 0
    if lines.passages:
        passage_rows.link(session, corpus)
    passage_rows.end(session, corpus, lines.ended)
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
            passages=Corpus.passages + lines.kept,
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


def _open(corpus: Corpus, documents: Documents | None = None) -> Reading:
    mapping = Mapping(form=Form(corpus.mapping["form"]), fields=corpus.mapping["fields"]) if corpus.mapping else None
    path = blobs.path(corpus.sha256)
    return Reading(path, corpus.file_name, mapping=mapping, skip=corpus.lines, documents=documents, flagged=True)


def _documents(corpus: Corpus, piece: Piece) -> Documents:
    with piece.reading() as session:
        finished = passage_rows.finished(session, corpus.id)
    return Documents(Chunking(**corpus.chunking), finished, _keeping(corpus), piece.alive)


def _keeping(corpus: Corpus) -> Callable[[Document, Path], None]:
    """Keep a document's own bytes, for its page images and for whoever wants to read it whole."""

    def keep(document: Document, file: Path) -> None:
        if document.sha256 != corpus.sha256 and not blobs.path(document.sha256).exists():
            blobs.keep(file)

    return keep


def _batches(reading: Reading, corpus: Corpus) -> Iterator[Lines]:
    """Batches bounded in lines, in the size of their rows and in time, from the corpus's first line that is missing."""
    lines = Lines(corpus.lines, corpus.making)
    for item in reading:
        lines.ended |= dict(reading.ended_documents())
        lines.add(item, reading.document)
        if lines.is_full:
            yield lines
            lines = Lines(lines.last, corpus.making)
    lines.ended |= dict(reading.ended_documents())
    if lines.last > lines.first or lines.ended:
        yield lines


def _succeeded(session: Session, job: Job) -> None:
    copying.count_afresh(session, "samples")
    session.execute(update(Corpus).where(Corpus.id == job.params["corpus_id"]).values(state=CorpusState.READY))


def _stopped(session: Session, job: Job) -> None:
    why = job.error or "The import was stopped. The lines read so far are safe; go on with it at any time."
    session.execute(
        update(Corpus).where(Corpus.id == job.params["corpus_id"]).values(state=CorpusState.FAILED, error=why)
    )


STAGES = (
    Stage("Read the file", "bytes", plan, work),
    Stage("Compare with the earlier version", "documents", superseding.plan, superseding.work),
    Stage("Compare passages", "passages", passage_copies.plan, passage_copies.work),
)
jobs.KINDS[JobKind.IMPORT] = Kind(STAGES, _succeeded, _stopped)
