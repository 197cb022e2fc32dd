"""What was answered becomes samples of the generation's corpus, each beside its passage; the rest refused lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.curation.generating import parsing
from app.curation.generating.kinds import Kind
from app.curation.generating.parsing import Made, NotMade
from app.curation.sample import Refusal, Sample
from app.curation.sample import Source as Place
from app.db import Json
from app.models import (
    Corpus,
    Document,
    Generation,
    GenerationItem,
    ItemState,
    ModelRequest,
    Passage,
    Prompt,
    PromptVersion,
    RequestState,
)
from app.services import generating_tasks, imports
from app.services.imports import Lines
from app.services.jobs import JobFailed
from app.services.working import Piece

UNANSWERED = {"unavailable", "endpoint_refused", "asked_again"}
"""Where asking has ended, these were not asked in earnest: they are asked when it goes on."""

_LINK = """
    INSERT INTO sample_sources (sample_id, passage_id, start, "end")
    SELECT samples.id, passage, first, last
    FROM unnest(CAST(:numbers AS bigint[]), CAST(:passages AS bigint[]), CAST(:firsts AS bigint[]),
        CAST(:lasts AS bigint[])) AS links(number, passage, first, last)
    JOIN samples ON samples.corpus_id = :corpus AND samples.number = links.number
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Answer:
    """An item whose request has come to its end, with what is known of its passage."""

    item: GenerationItem
    request: ModelRequest
    passage: Passage | None
    document: Document | None

    @property
    def place(self) -> Place:
        return Place(self.document.name if self.document else "", self.item.number)


def store(piece: Piece, kind: Kind) -> None:
    """One step, for all of a shard: samples, copies, refused lines and links, or nothing."""
    with piece.step(piece.shard.total, {}) as session:
        piece.hold(session)
        generation = session.get_one(Generation, piece.params["generation_id"])
        corpus = session.get(Corpus, generation.corpus_id or 0, with_for_update=True, populate_existing=True)
        if corpus is None:
            raise JobFailed("corpus_gone", "The corpus that the samples go into was deleted. Start a new generation.")
        _store(session, generation, corpus, kind, _answers(session, generation, piece.params))


def _store(session: Session, generation: Generation, corpus: Corpus, kind: Kind, answers: Sequence[Answer]) -> None:
    lines, links = Lines(corpus.lines), list[tuple[int, int, int | None, int | None]]()
    for answer in answers:
        before = lines.last
        made = parsed(session, generation, kind, answer)
        for one in made:
            # Lines are numbered as they are added; a refusal takes a number too.
            if isinstance(one, Made) and answer.passage is not None:
                links.append((lines.last, answer.passage.id, one.start, one.end))
            lines.add(_line(session, generation, answer, one))
        answer.item.state, answer.item.lines = ItemState.STORED, lines.last - before
        answer.item.code = next((one.code for one in made if isinstance(one, NotMade)), "") if _none(made) else ""
    if lines.last == lines.first:
        return
    session.flush()
    imports.store(session, corpus, lines)
    _link(session, corpus, links)


def parsed(session: Session, generation: Generation, kind: Kind, answer: Answer) -> list[Made | NotMade]:
    """What a request came to: the items of its reply, or the one reason why there are none."""
    request = answer.request
    if request.state is not RequestState.ANSWERED:
        return [NotMade(request.code or "no_answer", request.error or "There was no answer.")]
    passage = answer.passage.text if answer.passage else ""
    messages = generating_tasks.messages_of(session, generation, answer.item)
    refusal = request.error if request.code == "model_refused" else ""
    return parsing.parse(
        kind, request.text, passage=passage, messages=messages, finish_reason=request.finish_reason, refusal=refusal
    )


def _none(made: Sequence[Made | NotMade]) -> bool:
    return not any(isinstance(one, Made) for one in made)


def _line(session: Session, generation: Generation, answer: Answer, made: Made | NotMade) -> Sample | Refusal:
    if isinstance(made, NotMade):
        return Refusal(answer.place, made.code, made.message, made.excerpt)
    return Sample(made.form, made.content, answer.place, _metadata(session, generation, answer, made))


def _metadata(session: Session, generation: Generation, answer: Answer, made: Made) -> Json:
    """How the sample was made: it travels with it into every release."""
    version = session.get_one(PromptVersion, generation.prompt_version_id)
    told: Json = {
        "prompt": session.get_one(Prompt, version.prompt_id).name,
        "prompt_version": version.version,
        "model": generation.model,
        "request": answer.request.id,
    }
    if made.quote:
        told |= {"quote": made.quote, "quote_found": made.start is not None}
    if answer.document is not None and answer.passage is not None:
        told |= {"document": answer.document.name, "passage": answer.passage.number}
    return told


def _answers(session: Session, generation: Generation, params: Json) -> Sequence[Answer]:
    rows = session.execute(
        select(GenerationItem, ModelRequest, Passage, Document)
        .join(ModelRequest, ModelRequest.id == GenerationItem.request_id)
        .outerjoin(Passage, Passage.id == GenerationItem.passage_id)
        .outerjoin(Document, Document.id == Passage.document_id)
        .where(
            GenerationItem.generation_id == generation.id,
            GenerationItem.state == ItemState.WAITING,
            GenerationItem.number.between(params["first"], params["last"]),
            ModelRequest.state != RequestState.SENT,
        )
        .order_by(GenerationItem.number)
    )
    is_over = bool(generation.halt or generation.stopping)
    return [Answer(*row) for row in rows if not _is_to_come(row[1], is_over)]


def _is_to_come(request: ModelRequest, is_over: bool) -> bool:
    """It will be asked in earnest when the generation goes on."""
    return request.state is RequestState.FAILED and (
        request.code == "asked_again" or (is_over and request.code in UNANSWERED)
    )


def _link(session: Session, corpus: Corpus, links: Sequence[tuple[int, int, int | None, int | None]]) -> None:
    """Each new sample to its passage. What was a copy of another sample is that one's business."""
    if not links:
        return
    numbers, passages, firsts, lasts = (list(column) for column in zip(*links, strict=True))
    values = {"numbers": numbers, "passages": passages, "firsts": firsts, "lasts": lasts, "corpus": corpus.id}
    session.execute(text(_LINK), values)
