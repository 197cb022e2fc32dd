"""Generations: which passages are asked about, what it will cost, starting, stopping and going on."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from math import ceil
from typing import Any

import orjson
from sqlalchemy import Select, and_, exists, func, literal, or_, select, text, update
from sqlalchemy.orm import Session

from app.curation.generating import pricing, prompt
from app.curation.generating.kinds import KINDS
from app.curation.generating.pricing import Prices
from app.curation.generating.prompt import Source
from app.db import Json
from app.messages import say
from app.models import (
    Corpus,
    CorpusState,
    Dataset,
    Document,
    Generation,
    GenerationItem,
    ItemState,
    Job,
    JobKind,
    ModelEndpoint,
    ModelRequest,
    Passage,
    Prompt,
    PromptVersion,
    RequestState,
)
from app.services import blobs, jobs, prompts
from app.services.errors import Conflict, Invalid, NotFound

MOST_ROUNDS = 10_000


@dataclass(frozen=True)
class Choice:
    """Which passages. Nothing named is all of them; `rounds` counts for prompts that need no passage."""

    corpora: tuple[int, ...] = ()
    documents: tuple[int, ...] = ()
    language: str = ""
    with_flagged: bool = False
    with_duplicates: bool = False
    with_used: bool = False
    limit: int = 0
    rounds: int = 0


@dataclass(frozen=True)
class Settings:
    """How a model is asked: items a request, how freely it writes, and how long a reply may be."""

    number: int = 3
    temperature: float = 0.7
    max_tokens: int = 1_500


@dataclass(frozen=True)
class Estimate:
    """What a generation is likely to need, and the most that it can."""

    passages: int
    tokens_in: int
    tokens_out: int
    cost: Decimal
    most: Decimal

    def stored(self) -> Json:
        return {**asdict(self), "cost": str(self.cost), "most": str(self.most)}


def of(session: Session, dataset_id: int) -> Sequence[tuple[Generation, Prompt, PromptVersion]]:
    """A dataset's generations, newest first."""
    rows = session.execute(
        select(Generation, Prompt, PromptVersion)
        .join(PromptVersion, PromptVersion.id == Generation.prompt_version_id)
        .join(Prompt, Prompt.id == PromptVersion.prompt_id)
        .where(Generation.dataset_id == dataset_id)
        .order_by(Generation.id.desc())
    )
    return [(generation, found, version) for generation, found, version in rows]


def find(session: Session, dataset_id: int, generation_id: int) -> Generation:
    """NotFound."""
    found = session.get(Generation, generation_id)
    if found is None or found.dataset_id != dataset_id:
        raise NotFound(say("There is no such generation in this dataset. Look for it in the list."))
    return found


def chosen(dataset_id: int, version: PromptVersion, choice: Choice) -> Select[int]:
    """The passages that are meant, in reading order; of documents that were replaced, none."""
    found = (
        select(Passage.id)
        .join(Document, Document.id == Passage.document_id)
        .where(Passage.dataset_id == dataset_id, Document.replaced_by.is_(None), Passage.text != "")
        .order_by(Passage.document_id, Passage.number)
    )
    if choice.corpora:
        found = found.where(Document.corpus_id.in_(choice.corpora))
    if choice.documents:
        found = found.where(Passage.document_id.in_(choice.documents))
    if choice.language:
        found = found.where(Passage.language == choice.language)
    if not choice.with_flagged:
        found = found.where(func.coalesce(Passage.flag, "") == "")
    if not choice.with_duplicates:
        found = found.where(Passage.duplicate_of.is_(None))
    if not choice.with_used:
        found = found.where(~_is_used(version))
    return found.limit(choice.limit) if choice.limit else found


def estimate(
    session: Session, dataset: Dataset, version: PromptVersion, prices: Prices, settings: Settings, choice: Choice
) -> Estimate:
    """Tokens and cost, before anything is sent. Answers that are stored already will cost nothing."""
    kind = KINDS[session.get_one(Prompt, version.prompt_id).kind]
    size = 0
    count = min(choice.rounds, MOST_ROUNDS)
    if kind.needs_passage:
        ids = chosen(dataset.id, version, choice).subquery()
        texts = select(func.count(), func.coalesce(func.sum(func.octet_length(Passage.text)), 0)).join(
            ids, ids.c.id == Passage.id
        )
        count, size = session.execute(texts).one()
    around = pricing.asked(prompt.messages(kind, prompts.words_of(version), Source(), number=settings.number))
    tokens_in = count * around + ceil(int(size) / pricing.BYTES_PER_TOKEN)
    tokens_out = count * min(settings.number * kind.tokens_each, settings.max_tokens)
    most = prices.cost(ceil(tokens_in * pricing.MARGIN), count * settings.max_tokens)
    return Estimate(count, tokens_in, tokens_out, prices.cost(tokens_in, tokens_out), most)


def start(
    session: Session,
    dataset: Dataset,
    version: PromptVersion,
    endpoint: ModelEndpoint,
    settings: Settings,
    choice: Choice,
    *,
    budget: Decimal | None = None,
    repeat_lost: bool = False,
    by: int | None = None,
) -> Generation:
    """Make a generation, its items and its corpus, and begin. Invalid, Conflict."""
    # Of two that start the same at once, the second finds the passages used.
    session.execute(select(Dataset.id).where(Dataset.id == dataset.id).with_for_update())
    prices = Prices(endpoint.price_in, endpoint.price_out)
    if endpoint.retired_at is not None:
        raise Conflict(say("This model is not offered any more. Choose another."))
    if budget is None and not prices.are_zero:
        raise Invalid(say("Say what it may cost at most. It stops before it costs more."), "budget")
    prompts.check_examples(session.get_one(Prompt, version.prompt_id), version)
    expected = estimate(session, dataset, version, prices, settings, choice)
    if not expected.passages:
        raise Invalid(say("No passage is left that fits. Choose other documents, or ask about used ones again."))
    generation = Generation(
        dataset_id=dataset.id,
        endpoint_id=endpoint.id,
        prompt_version_id=version.id,
        model=endpoint.model,
        currency=endpoint.currency,
        price_in=endpoint.price_in,
        price_out=endpoint.price_out,
        settings=asdict(settings),
        selection=asdict(choice),
        estimate=expected.stored(),
        budget=budget,
        repeat_lost=repeat_lost,
        created_by=by,
    )
    session.add(generation)
    session.flush()
    generation.passages = _add_items(session, generation, version, choice)
    generation.corpus_id = _add_corpus(session, generation, version, by).id
    _begin(session, generation, by)
    return generation


def stop(session: Session, generation: Generation) -> None:
    """Ask nothing more. Answers under way are waited for, and what was answered becomes samples."""
    generation.stopping = True
    session.flush()


def go_on(session: Session, generation: Generation, budget: Decimal | None = None, by: int | None = None) -> None:
    """Ask about what was not asked yet, with a new budget where one is given. Conflict, Invalid."""
    generation = session.get_one(Generation, generation.id, with_for_update=True, populate_existing=True)
    if is_running(session, generation):
        raise Conflict(say("It is under way already."))
    if budget is not None and not generation.is_free:
        generation.budget = budget
    if generation.budget is not None and not generation.is_free and generation.budget <= generation.spent:
        raise Invalid(say("The budget is spent. Enter a larger one, which counts what was spent so far."), "budget")
    settle(session, generation)
    generation.halt = generation.halt_words = ""
    generation.stopping = False
    _begin(session, generation, by)


def ask_again(session: Session, generation: Generation, code: str, by: int | None = None) -> int:
    """Ask anew about passages whose reply was refused as a whole for this reason. How many; Conflict while it runs.

    Where an answer was lost the very same request is sent; where there was one, another is asked for, and paid.
    """
    generation = session.get_one(Generation, generation.id, with_for_update=True, populate_existing=True)
    if is_running(session, generation):
        raise Conflict(say("Wait until it is done, then ask again."))
    mine = (GenerationItem.generation_id == generation.id, GenerationItem.code == code)
    items = session.scalars(select(GenerationItem).where(*mine, GenerationItem.code != "")).all()
    if not items:
        return 0
    requests = {one.id: one for one in session.scalars(_requests_of(items))}
    for item in items:
        request = requests.get(item.request_id or 0)
        if request is not None and request.state is RequestState.LOST:
            request.state, request.code = RequestState.FAILED, "asked_again"
        elif request is not None and request.state is RequestState.ANSWERED and item.code != "lost":
            item.edition += 1
            item.request_id = None
        item.state, item.code = ItemState.WAITING, ""
    session.flush()
    go_on(session, generation, by=by)
    return len(items)


def is_running(session: Session, generation: Generation) -> bool:
    job = session.get(Job, generation.job_id) if generation.job_id else None
    return job is not None and job.state in jobs.ACTIVE


def corpus_of(session: Session, generation: Generation) -> Corpus | None:
    """Where its samples are; None where that was deleted."""
    return session.get(Corpus, generation.corpus_id) if generation.corpus_id else None


def settle(session: Session, generation: Generation, shard_id: int | None = None, before: int = 0) -> None:
    """Intents of workers that are gone: nobody knows whether they were answered.

    They are asked again by themselves only where that costs nothing, or where it was said at the start; else they are
    lost, and counted as paid.
    """
    again = generation.is_free or generation.repeat_lost
    state, code = (RequestState.FAILED, "asked_again") if again else (RequestState.LOST, "lost")
    gone = [ModelRequest.generation_id == generation.id, ModelRequest.state == RequestState.SENT]
    if shard_id is not None:
        gone += [ModelRequest.shard_id == shard_id, ModelRequest.attempt < before]
    held = session.scalars(
        update(ModelRequest)
        .where(*gone)
        .values(state=state, code=code, error=LOST)
        .returning(ModelRequest.held)
        .execution_options(synchronize_session=False)
    ).all()
    if held:
        whole = sum(held, Decimal(0))
        session.execute(
            update(Generation)
            .where(Generation.id == generation.id)
            .values(held=Generation.held - whole, spent=Generation.spent + whole)
            .execution_options(synchronize_session=False)
        )
        session.refresh(generation)


LOST = "It was sent, but the answer was lost; it may have been paid. Ask again if you want it all the same."


def _is_used(version: PromptVersion) -> Any:
    return exists().where(
        GenerationItem.passage_id == Passage.id,
        GenerationItem.generation_id == Generation.id,
        Generation.prompt_version_id == version.id,
        # What was planned and never asked, because it was stopped, is free for others.
        or_(GenerationItem.state == ItemState.STORED, and_(Generation.halt == "", ~Generation.stopping)),
    )


def _requests_of(items: Sequence[GenerationItem]) -> Select[ModelRequest]:
    return select(ModelRequest).where(ModelRequest.id.in_([item.request_id for item in items if item.request_id]))


def _add_items(session: Session, generation: Generation, version: PromptVersion, choice: Choice) -> int:
    if not KINDS[session.get_one(Prompt, version.prompt_id).kind].needs_passage:
        rounds = min(choice.rounds, MOST_ROUNDS)
        session.execute(
            text(
                "INSERT INTO generation_items (generation_id, number) SELECT :one, n FROM generate_series(0, :last) AS n"
            ),
            {"one": generation.id, "last": rounds - 1},
        )
        return rounds
    ids = chosen(generation.dataset_id, version, choice).subquery()
    numbered = select(literal(generation.id), func.row_number().over() - 1, ids.c.id)
    table: Any = GenerationItem.__table__
    session.execute(table.insert().from_select(["generation_id", "number", "passage_id"], numbered))
    counted = select(func.count()).where(GenerationItem.generation_id == generation.id)
    return session.scalar(counted) or 0


def _add_corpus(session: Session, generation: Generation, version: PromptVersion, by: int | None) -> Corpus:
    """The corpus that its samples go into. Its file says how they were made."""
    asked = session.get_one(Prompt, version.prompt_id)
    sources = _sources(session, generation)
    licences, origins = {one.licence for one in sources}, {one.origin for one in sources}
    names = ", ".join(one.name for one in sources[:3]) + (" …" if len(sources) > 3 else "")
    made_from = (origins.pop() if len(origins) == 1 else "") or names
    description = {
        "generation": generation.id,
        "prompt": asked.name,
        "kind": asked.kind,
        "version": version.version,
        "system": version.system,
        "user": version.user,
        "examples": version.examples,
        "model": generation.model,
        "settings": generation.settings,
        "selection": generation.selection,
        "passages": generation.passages,
    }
    with blobs.incoming() as file:
        file.write(orjson.dumps(description, option=orjson.OPT_INDENT_2))
        stored = file.keep()
    corpus = Corpus(
        dataset_id=generation.dataset_id,
        name=f"{asked.name}, version {version.version}{f', from {names}' if names else ''}"[:200],
        file_name=f"generation-{generation.id}.json",
        sha256=stored.sha256,
        size=stored.size,
        licence=licences.pop() if len(licences) == 1 else "",
        origin=f"Made with {generation.model}{f' from {made_from}' if made_from else ' from examples'}"[:500],
        shape="generated",
        state=CorpusState.READY,
        uploaded_by=by,
    )
    session.add(corpus)
    session.flush()
    return corpus


def _sources(session: Session, generation: Generation) -> Sequence[Corpus]:
    """The corpora whose passages it asks about."""
    mine = (
        select(Document.corpus_id)
        .join(Passage, Passage.document_id == Document.id)
        .join(GenerationItem, GenerationItem.passage_id == Passage.id)
        .where(GenerationItem.generation_id == generation.id)
    )
    return session.scalars(select(Corpus).where(Corpus.id.in_(mine)).order_by(Corpus.id)).all()


def _begin(session: Session, generation: Generation, by: int | None) -> None:
    job = jobs.start(session, JobKind.GENERATE, generation.dataset_id, {"generation_id": generation.id}, by)
    generation.job_id = job.id
    session.flush()
