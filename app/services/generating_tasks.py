"""The requests of a generation, put together from its prompt and its passages."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation.generating import pricing, prompt
from app.curation.generating.kinds import KINDS
from app.curation.generating.pricing import Prices
from app.curation.generating.prompt import Source
from app.models import Document, Generation, GenerationItem, ItemState, Passage, Prompt, PromptVersion
from app.services import prompts
from app.services.generating_requests import Task, hash_of


def kind_of(session: Session, generation: Generation) -> str:
    version = session.get_one(PromptVersion, generation.prompt_version_id)
    return session.get_one(Prompt, version.prompt_id).kind


def source_of(passage: Passage | None, document: Document | None) -> Source:
    """A passage as a prompt sees it."""
    if passage is None:
        return Source()
    title = (document.title or document.name) if document else ""
    language = passage.language or (document.language if document else "")
    return Source(passage.text, tuple(passage.heading or ()), title, language)


def messages_of(session: Session, generation: Generation, item: GenerationItem) -> list[dict[str, str]]:
    """What was or will be asked about one item."""
    passage = session.get(Passage, item.passage_id) if item.passage_id else None
    document = session.get(Document, passage.document_id) if passage else None
    return _messages(session, generation, item, source_of(passage, document))


def of(session: Session, generation: Generation, first: int, last: int) -> Sequence[Task]:
    """Those that wait, in order. An item whose passage was deleted meanwhile is left out."""
    rows = session.execute(
        select(GenerationItem, Passage, Document)
        .outerjoin(Passage, Passage.id == GenerationItem.passage_id)
        .outerjoin(Document, Document.id == Passage.document_id)
        .where(
            GenerationItem.generation_id == generation.id,
            GenerationItem.state == ItemState.WAITING,
            GenerationItem.number.between(first, last),
        )
        .order_by(GenerationItem.number)
    )
    needs_passage = KINDS[kind_of(session, generation)].needs_passage
    return [
        _task(session, generation, item, source_of(passage, document))
        for item, passage, document in rows
        if passage is not None or not needs_passage
    ]


def _task(session: Session, generation: Generation, item: GenerationItem, source: Source) -> Task:
    messages = _messages(session, generation, item, source)
    tokens_in = pricing.asked(messages)
    prices = Prices(generation.price_in, generation.price_out)
    return Task(
        item.id,
        messages,
        hash_of(generation.endpoint_id, generation.model, messages, generation.settings, item.edition),
        tokens_in,
        pricing.most(prices, tokens_in, generation.settings["max_tokens"]),
    )


def _messages(session: Session, generation: Generation, item: GenerationItem, source: Source) -> list[dict[str, str]]:
    version = session.get_one(PromptVersion, generation.prompt_version_id)
    kind = KINDS[session.get_one(Prompt, version.prompt_id).kind]
    turn = 0 if kind.needs_passage else item.number
    return prompt.messages(kind, prompts.words_of(version), source, number=generation.settings["number"], turn=turn)
