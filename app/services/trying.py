"""Trying a prompt on one passage before paying for all of them. The reply is kept: a generation need not ask again."""

from dataclasses import asdict, dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.curation.generating import parsing, pricing, prompt
from app.curation.generating.kinds import KINDS, Kind
from app.curation.generating.parsing import Made, NotMade
from app.curation.generating.pricing import Prices
from app.messages import say
from app.models import Document, ModelEndpoint, ModelRequest, Passage, Prompt, PromptVersion, RequestState
from app.services import generating_tasks, llm, prompts
from app.services.errors import DomainError, Invalid, NotFound
from app.services.generating import Settings
from app.services.generating_requests import hash_of


@dataclass(frozen=True)
class Trial:
    """A request for one passage, as a generation with the same settings would send it."""

    request_id: int
    kind: Kind
    endpoint: ModelEndpoint
    messages: list[dict[str, str]]
    settings: Settings
    key: str


def passage_of(session: Session, dataset_id: int, passage_id: int | None) -> tuple[Passage, Document] | None:
    """A passage to look at: the one that is named, else the first long one that nothing speaks against."""
    found = select(Passage, Document).join(Document, Document.id == Passage.document_id)
    if passage_id is not None:
        row = session.execute(found.where(Passage.id == passage_id, Passage.dataset_id == dataset_id)).first()
        if row is None:
            raise NotFound(say("There is no such passage in this dataset."))
        return row[0], row[1]
    usual = (Passage.dataset_id == dataset_id, func.coalesce(Passage.flag, "") == "", Passage.duplicate_of.is_(None))
    for long_enough in (400, 0):
        wanted = found.where(*usual, func.length(Passage.text) >= long_enough).order_by(Passage.id).limit(1)
        if (row := session.execute(wanted).first()) is not None:
            return row[0], row[1]
    return None


def neighbour(session: Session, passage: Passage, *, after: bool) -> int | None:
    """The passage before or after it in the dataset, for looking through them."""
    beyond = Passage.id > passage.id if after else Passage.id < passage.id
    order = Passage.id if after else Passage.id.desc()
    return session.scalar(
        select(Passage.id).where(Passage.dataset_id == passage.dataset_id, beyond).order_by(order).limit(1)
    )


def messages_for(
    kind: Kind, version: PromptVersion, found: tuple[Passage, Document] | None, number: int
) -> list[dict[str, str]]:
    """The filled prompt."""
    return prompt.messages(
        kind, prompts.words_of(version), generating_tasks.source_of(*(found or (None, None))), number=number
    )


def most_it_costs(endpoint: ModelEndpoint, messages: list[dict[str, str]], settings: Settings) -> Decimal:
    prices = Prices(endpoint.price_in, endpoint.price_out)
    return pricing.most(prices, pricing.asked(messages), settings.max_tokens)


def begin(
    session: Session,
    dataset_id: int,
    version: PromptVersion,
    endpoint: ModelEndpoint,
    found: tuple[Passage, Document] | None,
    settings: Settings,
) -> Trial | int:
    """Record the intent; the number of the request where it is answered already, so that nothing is paid twice."""
    kind = KINDS[session.get_one(Prompt, version.prompt_id).kind]
    if endpoint.retired_at is not None:
        raise Invalid(say("This model is not offered any more. Choose another."), "endpoint")
    if kind.needs_passage and found is None:
        raise Invalid(say("This dataset has no passage yet. Upload a document first."))
    prompts.check_examples(session.get_one(Prompt, version.prompt_id), version)
    messages = messages_for(kind, version, found, settings.number)
    content_hash = hash_of(endpoint.id, endpoint.model, messages, asdict(settings), 0)
    values = {"state": RequestState.SENT, "endpoint_id": endpoint.id, "sent_at": func.clock_timestamp()}
    made = insert(ModelRequest).values(dataset_id=dataset_id, content_hash=content_hash, **values)
    request_id = session.scalar(
        made.on_conflict_do_update(
            index_elements=[ModelRequest.dataset_id, ModelRequest.content_hash],
            set_=values,
            where=ModelRequest.state.in_([RequestState.FAILED, RequestState.LOST]),
        ).returning(ModelRequest.id)
    )
    if request_id is None:
        mine = (ModelRequest.dataset_id == dataset_id, ModelRequest.content_hash == content_hash)
        return session.scalars(select(ModelRequest.id).where(*mine)).one()
    session.expunge(endpoint)
    return Trial(request_id, kind, endpoint, messages, settings, f"winnow-{content_hash.hex()}")


def ask(trial: Trial) -> llm.Reply | llm.ModelError | DomainError:
    """The one request; no transaction may be open meanwhile."""
    try:
        return llm.complete(
            trial.endpoint,
            trial.messages,
            temperature=trial.settings.temperature,
            max_tokens=trial.settings.max_tokens,
            schema=trial.kind.schema(),
            idempotency_key=trial.key,
            tries=2,
        )
    except (llm.ModelError, DomainError) as error:
        return error


def end(session: Session, trial: Trial, outcome: llm.Reply | llm.ModelError | DomainError) -> None:
    """Keep what came back."""
    request = session.get_one(ModelRequest, trial.request_id, with_for_update=True, populate_existing=True)
    if isinstance(outcome, llm.Reply):
        prices = Prices(trial.endpoint.price_in, trial.endpoint.price_out)
        request.tokens_in = outcome.tokens_in or pricing.asked(trial.messages)
        request.tokens_out = outcome.tokens_out or (0 if outcome.counted else pricing.tokens(outcome.text))
        request.cost = prices.cost(request.tokens_in, request.tokens_out)
        request.state, request.text = RequestState.ANSWERED, outcome.text
        request.finish_reason, request.answered_at = outcome.finish_reason, func.clock_timestamp()
        request.code, request.error = ("model_refused", outcome.refusal[:500]) if outcome.refusal else ("", "")
    else:
        lost = isinstance(outcome, llm.AnswerLost)
        request.state = RequestState.LOST if lost else RequestState.FAILED
        request.code = outcome.code if isinstance(outcome, llm.ModelError) else "key"
        request.error = outcome.message
    session.flush()


def find(session: Session, dataset_id: int, request_id: int) -> ModelRequest:
    """NotFound."""
    found = session.get(ModelRequest, request_id)
    if found is None or found.dataset_id != dataset_id:
        raise NotFound(say("This trial is not there any more. Try the prompt again."))
    return found


def result(request: ModelRequest, kind: Kind, messages: list[dict[str, str]], passage: str) -> list[Made | NotMade]:
    """What the reply would become."""
    if request.state is not RequestState.ANSWERED:
        waiting = say("The answer has not arrived yet. Look again in a moment.")
        return [NotMade(request.code or "waiting", request.error or waiting)]
    refusal = request.error if request.code == "model_refused" else ""
    return parsing.parse(
        kind, request.text, passage=passage, messages=messages, finish_reason=request.finish_reason, refusal=refusal
    )
