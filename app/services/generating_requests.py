"""Who may send which request now, and what became of it: intents before, replies and money after.

The generation's row is locked first, then the endpoint's place, then the request's row; so no budget is overrun, no
endpoint gets more than it allows from all workers together, and nothing is asked twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import orjson
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.curation.generating import pricing
from app.curation.generating.pricing import Prices
from app.models import Generation, GenerationItem, Job, ModelEndpoint, ModelRequest, RequestState, Shard, ShardState
from app.services import generating, jobs
from app.services.llm import AnswerLost, ModelError, Reply

LEASE_SECONDS = 1_800
"""An intent this old takes no place of its endpoint any more, whoever has forgotten it."""


@dataclass(frozen=True)
class Task:
    """One request to be made. `tokens_in` is the estimate, `most` what is set aside for it."""

    item_id: int
    messages: list[dict[str, str]]
    content_hash: bytes
    tokens_in: int
    most: Decimal


@dataclass(frozen=True)
class Sent:
    """Its intent is recorded: now it may leave. `key` is the same however often this request is sent."""

    request_id: int
    attempt: int
    key: str


@dataclass(frozen=True)
class Wait:
    """Not now: try again after so many seconds."""

    seconds: float


class Settled:
    """There is nothing to send: it is answered, or lost and not to be repeated."""


class Halted:
    """Nothing more is to be sent for this generation."""


def hash_of(endpoint_id: int, model: str, messages: Any, settings: Mapping[str, Any], edition: int) -> bytes:
    """16 bytes that two requests share only when they ask the same of the same model in the same way."""
    asked = [endpoint_id, model, messages, dict(sorted(settings.items())), edition]
    return blake2b(orjson.dumps(asked), digest_size=16).digest()


def admit(session: Session, shard: Shard, generation_id: int, task: Task) -> Sent | Wait | Settled | Halted:
    """Record the intent to send, where all limits allow it. Fenced, Cancelled."""
    generation = _locked(session, generation_id)
    _still_mine(session, shard)
    if generation.halt or generation.stopping:
        return Halted()
    request = _existing(session, generation, task)
    if request is not None and (met := _met(session, generation, request, task, shard)) is not None:
        return met
    endpoint = session.get_one(ModelEndpoint, generation.endpoint_id)
    if (wait := _full(session, endpoint)) is not None:
        return wait
    if generation.budget is not None and generation.spent + generation.held + task.most > generation.budget:
        if generation.spent + task.most <= generation.budget:
            return Wait(0.5)  # what others have set aside may come back
        generation.halt = "budget"
        return Halted()
    return _intend(session, shard, generation, task)


def answered(session: Session, generation_id: int, sent: Sent, shard: Shard, reply: Reply, task: Task) -> None:
    """Keep a reply and what it cost, also one that arrives when its request was given up for lost."""
    generation = _locked(session, generation_id)
    request = _sent(session, sent, shard)
    if request is None:
        return
    tokens_in = reply.tokens_in or task.tokens_in
    tokens_out = reply.tokens_out or (0 if reply.counted else pricing.tokens(reply.text))
    cost = Prices(generation.price_in, generation.price_out).cost(tokens_in, tokens_out)
    _give_back(generation, request)
    request.state, request.code, request.error = RequestState.ANSWERED, "", ""
    request.text, request.finish_reason = reply.text, reply.finish_reason
    if reply.refusal:
        request.code, request.error = "model_refused", reply.refusal[:500]
    request.tokens_in, request.tokens_out, request.cost = tokens_in, tokens_out, cost
    request.answered_at = func.clock_timestamp()
    generation.tokens_in += tokens_in
    generation.tokens_out += tokens_out
    generation.spent += cost


def failed(session: Session, generation_id: int, sent: Sent, shard: Shard, error: ModelError) -> None:
    """Keep why there is no reply. What may have been paid counts as paid; what concerns all requests ends the asking."""
    generation = _locked(session, generation_id)
    request = _sent(session, sent, shard)
    if request is None:
        return
    _give_back(generation, request)
    is_lost = isinstance(error, AnswerLost)
    request.state = RequestState.LOST if is_lost else RequestState.FAILED
    request.code = "endpoint_refused" if error.fatal else error.code
    request.error = f"{error.message} {generating.LOST}" if is_lost and not generation.is_free else error.message
    if is_lost:
        generation.spent += request.held
    if error.fatal:
        generation.halt, generation.halt_words = "endpoint", error.message


def halt(session: Session, generation_id: int, code: str, told: str) -> None:
    """Send nothing more for a generation, until a person says so."""
    generation = _locked(session, generation_id)
    if not generation.halt:
        generation.halt, generation.halt_words = code, told


def _still_mine(session: Session, shard: Shard) -> None:
    """Asked while the generation is locked: whoever takes the shard over settles what was sent under that lock too.

    Neither the job nor the shard is locked: many requests a second would keep others from ending it. Fenced, Cancelled.
    """
    mine = (Shard.id == shard.id, Shard.attempt == shard.attempt, Shard.state == ShardState.RUNNING)
    if session.scalar(select(Shard.id).where(*mine)) is None:
        raise jobs.Fenced
    wanted = (Job.id == shard.job_id, Job.state.in_(jobs.ACTIVE), ~Job.cancel)
    if session.scalar(select(Job.id).where(*wanted)) is None:
        raise jobs.Cancelled


def _locked(session: Session, generation_id: int) -> Generation:
    return session.get_one(Generation, generation_id, with_for_update=True, populate_existing=True)


def _existing(session: Session, generation: Generation, task: Task) -> ModelRequest | None:
    return session.scalar(
        select(ModelRequest)
        .where(ModelRequest.dataset_id == generation.dataset_id, ModelRequest.content_hash == task.content_hash)
        .with_for_update()
    )


def _met(
    session: Session, generation: Generation, request: ModelRequest, task: Task, shard: Shard
) -> Wait | Settled | None:
    """What a request that was recorded before means for this one; None where it may be sent."""
    if request.state is RequestState.FAILED:
        return None
    if request.state is RequestState.SENT:
        return Wait(1.0)
    if request.state is RequestState.LOST and (generation.is_free or generation.repeat_lost):
        return None
    cached = request.state is RequestState.ANSWERED and request.generation_id != generation.id
    session.execute(
        update(GenerationItem).where(GenerationItem.id == task.item_id).values(request_id=request.id, cached=cached)
    )
    return Settled()


def _full(session: Session, endpoint: ModelEndpoint) -> Wait | None:
    """Whether the endpoint has as many requests as it allows, of all workers together."""
    session.execute(select(func.pg_advisory_xact_lock(730201, endpoint.id % 2**31)))
    now = func.clock_timestamp()
    mine = ModelRequest.endpoint_id == endpoint.id
    under_way = select(func.count()).where(
        mine,
        ModelRequest.state == RequestState.SENT,
        ModelRequest.sent_at > now - func.make_interval(0, 0, 0, 0, 0, 0, LEASE_SECONDS),
    )
    if (session.scalar(under_way) or 0) >= max(endpoint.concurrency, 1):
        return Wait(0.1)
    minute = select(func.count()).where(mine, ModelRequest.sent_at > now - func.make_interval(0, 0, 0, 0, 0, 1))
    if endpoint.per_minute and (session.scalar(minute) or 0) >= endpoint.per_minute:
        return Wait(1.0)
    return None


def _intend(session: Session, shard: Shard, generation: Generation, task: Task) -> Sent | Wait:
    values = {
        "endpoint_id": generation.endpoint_id,
        "generation_id": generation.id,
        "state": RequestState.SENT,
        "shard_id": shard.id,
        "attempt": shard.attempt,
        "held": task.most,
        "sent_at": func.clock_timestamp(),
        "code": "",
        "error": "",
    }
    made = insert(ModelRequest).values(dataset_id=generation.dataset_id, content_hash=task.content_hash, **values)
    again = made.on_conflict_do_update(
        index_elements=[ModelRequest.dataset_id, ModelRequest.content_hash],
        set_=values,
        where=ModelRequest.state.in_([RequestState.FAILED, RequestState.LOST]),
    )
    request_id = session.scalar(again.returning(ModelRequest.id))
    if request_id is None:
        return Wait(0.5)  # another generation asks the same at this very moment
    generation.held += task.most
    session.execute(
        update(GenerationItem).where(GenerationItem.id == task.item_id).values(request_id=request_id, cached=False)
    )
    return Sent(request_id, shard.attempt, f"winnow-{task.content_hash.hex()}")


def _sent(session: Session, sent: Sent, shard: Shard) -> ModelRequest | None:
    """The request that a worker sent, unless another one has sent it again since."""
    request = session.get(ModelRequest, sent.request_id, with_for_update=True, populate_existing=True)
    if request is None or (request.shard_id, request.attempt) != (shard.id, sent.attempt):
        return None
    return request if request.state in (RequestState.SENT, RequestState.LOST) else None


def _give_back(generation: Generation, request: ModelRequest) -> None:
    """What was set aside; for one that was given up, it was counted as spent."""
    if request.state is RequestState.SENT:
        generation.held -= request.held
    else:
        generation.spent -= request.held
