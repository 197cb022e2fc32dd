"""What one sample comes to when a judge looks at it: the request, what it may cost, and what the replies say."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.curation import claims as sentences
from app.curation.generating import pricing
from app.curation.generating.pricing import Prices
from app.curation.judge import asking, reading
from app.curation.judge.asking import Material, Messages
from app.curation.judge.criterion import Criterion, JudgeKind
from app.curation.judge.reading import NotReadable
from app.curation.sample import Form, answer_text, prompt_text, turns
from app.db import Json
from app.models import Judge, JudgeRun, JudgeVersion, ModelEndpoint, Passage, Sample, SampleSource, ScoreState
from app.services import llm

MAX_TOKENS = 1_000
"""Most of a score's reply is one digit; models that think aloud need room before it."""
_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)


@dataclass(frozen=True)
class Task:
    """One sample. `most` is what all its repeats can cost together."""

    sample_id: int
    messages: Messages
    content_hash: bytes
    tokens_in: int
    most: Decimal
    material: Material
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """How it ended. `error` says in words why there is no score; `stop` that no other sample need be tried."""

    state: ScoreState
    score: float | None = None
    spread: float | None = None
    details: Json = field(default_factory=dict)
    cost: Decimal = Decimal(0)
    error: str = ""
    stop: str = ""
    is_silent: bool = False


@dataclass(frozen=True)
class Asked:
    """A version as it is asked in one run: all that a request needs, without a session."""

    kind: JudgeKind
    criterion: Criterion
    repeats: int
    endpoint: ModelEndpoint
    prices: Prices

    @property
    def is_free(self) -> bool:
        return self.prices.are_zero


def asked(session: Session, run: JudgeRun) -> Asked:
    version = session.get_one(JudgeVersion, run.version_id)
    judge = session.get_one(Judge, version.judge_id)
    endpoint = session.get_one(ModelEndpoint, version.endpoint_id)
    prices = Prices(run.price_in, run.price_out)
    made = Asked(judge.kind, version.criterion(judge.name), version.repeats, endpoint, prices)
    session.flush()
    session.expunge(endpoint)
    endpoint.model = version.model  # the one that its agreement was measured with, whatever was changed since
    return made


def of(session: Session, one: Asked, ids: Sequence[int]) -> list[Task]:
    """The samples as they were imported, in the order of the ids; those that cannot be judged so are left out."""
    rows = session.execute(
        select(Sample.id, Sample.form, Sample.content, Passage.text)
        .outerjoin(SampleSource, SampleSource.sample_id == Sample.id)
        .outerjoin(Passage, Passage.id == SampleSource.passage_id)
        .where(Sample.id.in_(ids))
        .order_by(Sample.id)
    )
    made = [_task(one, *row) for row in rows]
    return [task for task in made if task is not None]


def _task(one: Asked, sample_id: int, form: str, content: Mapping[str, Any], passage: str | None) -> Task | None:
    material = Material(prompt_text(Form(form), content), answer_text(Form(form), content), passage or "")
    said = tuple(claim.text for claim in sentences.claims(list(turns(Form(form), content))))
    if one.kind.needs_passage and not (material.passage and material.answer):
        return None
    if (one.kind is JudgeKind.CLAIMS and not said) or (one.kind is JudgeKind.ROUND_TRIP and not material.question):
        return None
    messages = _messages(one, material, said)
    tokens_in = pricing.asked(messages)
    most = pricing.most(one.prices, tokens_in, MAX_TOKENS) * one.repeats
    key = blake2b(orjson.dumps([messages, one.repeats]), digest_size=16).digest()
    return Task(sample_id, messages, key, tokens_in, most, material, said)


def _messages(one: Asked, material: Material, said: Sequence[str]) -> Messages:
    if one.kind is JudgeKind.CLAIMS:
        return asking.for_claims(said, material)
    return (
        asking.for_round_trip(material)
        if one.kind is JudgeKind.ROUND_TRIP
        else asking.for_score(one.criterion, material)
    )


def ask(one: Asked, task: Task, sleep: Callable[[float], None], is_over: Callable[[], bool]) -> Outcome:
    """All repeats of one sample. What was paid before one of them failed is told as well; never raises ModelError."""
    cost, read = Decimal(0), list[tuple[float, bool, Json]]()
    for turn in range(one.repeats):
        try:
            reply = llm.complete(
                one.endpoint,
                task.messages,
                logprobs=one.kind is JudgeKind.SCORE,
                temperature=1.0 if one.repeats > 1 else 0.0,
                max_tokens=MAX_TOKENS,
                schema=asking.SCHEMA if one.kind is JudgeKind.CLAIMS else None,
                idempotency_key=f"winnow-judge-{task.content_hash.hex()}-{turn}",
                may_repeat=one.is_free,
                sleep=sleep,
            )
        except llm.ModelError as error:
            return _failed(one, task, error, cost)
        cost += _cost(one, task, reply)
        try:
            read.append(_read(one, task, reply))
        except NotReadable as refused:
            return Outcome(ScoreState.FAILED, cost=cost, error=refused.message, details={"reply": reply.text[:500]})
        if is_over():
            break
    if len(read) < one.repeats:
        return Outcome(ScoreState.FAILED, cost=cost, error="The work was ended before all repeats were answered.")
    scored = reading.together([score for score, _, _ in read], all(weighted for _, weighted, _ in read))
    details = {"scores": list(scored.scores), "weighted": scored.weighted, **read[-1][2]}
    return Outcome(ScoreState.JUDGED, scored.score, scored.spread, details, cost)


def _read(one: Asked, task: Task, reply: llm.Reply) -> tuple[float, bool, Json]:
    """(score, whether probabilities weigh it, what else is to be kept). NotReadable."""
    text = _THOUGHT.sub("", reply.text)
    if reply.refusal or reply.finish_reason == "content_filter":
        raise NotReadable("refused", "The model declined to judge.")
    if one.kind is JudgeKind.CLAIMS:
        verdicts = reading.verdicts(text, len(task.said))
        return verdicts.count("supported") / len(verdicts), False, {"verdicts": verdicts}
    if one.kind is JudgeKind.ROUND_TRIP:
        if reply.finish_reason == "length" or not text.strip():
            raise NotReadable("no_answer", "The model did not answer the question.")
        agreement = reading.round_trip(task.material.answer, text, task.material.question)
        return agreement, False, {"answer": text.strip()[:2_000]}
    plain = reading.score(text, one.criterion)
    weighted = reading.weighted(reply.logprobs, one.criterion)
    return (plain, False, {}) if weighted is None else (weighted, True, {})


def _failed(one: Asked, task: Task, error: llm.ModelError, cost: Decimal) -> Outcome:
    is_lost = isinstance(error, llm.AnswerLost)
    if is_lost and not one.is_free:
        cost += task.most / one.repeats
    return Outcome(
        ScoreState.LOST if is_lost else ScoreState.FAILED,
        cost=cost,
        error=error.message,
        stop=error.message if error.fatal else "",
        is_silent=isinstance(error, llm.Unavailable),
    )


def _cost(one: Asked, task: Task, reply: llm.Reply) -> Decimal:
    tokens_out = reply.tokens_out or (0 if reply.counted else pricing.tokens(reply.text))
    return one.prices.cost(reply.tokens_in or task.tokens_in, tokens_out)
