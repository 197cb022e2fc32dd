"""The language models that this installation may ask; an administrator names them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.messages import say
from app.models import ModelEndpoint
from app.services import llm, sealing
from app.services.errors import Conflict, Invalid, NotFound

TEST = [{"role": "user", "content": "Reply with the single word: ready"}]


@dataclass(frozen=True)
class Draft:
    """What an administrator typed. An empty key keeps the one that is stored; `forget_key` removes it."""

    name: str
    base_url: str
    model: str
    key: str = ""
    forget_key: bool = False
    currency: str = "USD"
    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)
    concurrency: int = 4
    per_minute: int = 0
    timeout_seconds: int = 120
    has_schema: bool = False
    has_logprobs: bool = False


def of(session: Session, *, retired: bool = False) -> Sequence[ModelEndpoint]:
    """Those that may be asked, by name; with the retired ones where they are wanted too."""
    found = select(ModelEndpoint).order_by(ModelEndpoint.name)
    return session.scalars(found if retired else found.where(ModelEndpoint.retired_at.is_(None))).all()


def find(session: Session, endpoint_id: int) -> ModelEndpoint:
    """NotFound."""
    found = session.get(ModelEndpoint, endpoint_id)
    if found is None:
        raise NotFound(say("There is no such model. Look for it in the list of models."))
    return found


def add(session: Session, draft: Draft, by: int | None = None) -> ModelEndpoint:
    """Invalid, Conflict where the name is taken."""
    return _save(session, ModelEndpoint(created_by=by), draft)


def change(session: Session, endpoint: ModelEndpoint, draft: Draft) -> ModelEndpoint:
    """A key goes only to the address that it was given for: with another address it must be typed anew. Invalid."""
    moved = urlsplit(endpoint.base_url)[:2] != urlsplit(draft.base_url.strip())[:2]
    if moved and endpoint.key and not draft.key and not draft.forget_key:
        raise Invalid(
            say("The stored key belongs to the old address. Type the key for the new one, or remove it."), "key"
        )
    return _save(session, endpoint, draft)


def retire(session: Session, endpoint: ModelEndpoint, *, back: bool = False) -> None:
    """Offer it no more; what was made with it stays. Its key is forgotten."""
    endpoint.retired_at = None if back else func.now()
    if not back:
        endpoint.key = None
    session.flush()
    session.refresh(endpoint)


def ask_for_a_word(endpoint: ModelEndpoint) -> str:
    """One small request. What is wrong, or nothing; no transaction may be open meanwhile."""
    try:
        reply = llm.complete(endpoint, TEST, max_tokens=200, tries=2)
    except llm.ModelError as error:
        return error.message
    except Invalid as error:
        return error.message
    if not reply.text.strip() and reply.finish_reason != "length":
        return say("The server answered with nothing. Is the name of the model right?")
    return ""


def note_test(session: Session, endpoint_id: int, error: str) -> None:
    """Remember how the test went."""
    endpoint = find(session, endpoint_id)
    endpoint.tested_at, endpoint.test_error = func.now(), error
    session.flush()


def _save(session: Session, endpoint: ModelEndpoint, draft: Draft) -> ModelEndpoint:
    endpoint.base_url = _address(draft.base_url)
    endpoint.name, endpoint.model = draft.name.strip(), draft.model.strip()
    twin = select(ModelEndpoint.id).where(ModelEndpoint.name == endpoint.name, ModelEndpoint.id != (endpoint.id or 0))
    with session.no_autoflush:
        if session.scalar(twin):
            raise Conflict(say("There is a model of this name already. Choose another name."))
    endpoint.currency = draft.currency.strip().upper() or "USD"
    endpoint.price_in, endpoint.price_out = draft.price_in, draft.price_out
    endpoint.concurrency, endpoint.per_minute = draft.concurrency, draft.per_minute
    endpoint.timeout_seconds = draft.timeout_seconds
    endpoint.has_schema, endpoint.has_logprobs = draft.has_schema, draft.has_logprobs
    if draft.key.strip():
        endpoint.key = sealing.seal(_key(draft.key.strip()))
    elif draft.forget_key:
        endpoint.key = None
    endpoint.tested_at, endpoint.test_error = None, ""
    session.add(endpoint)
    session.flush()
    session.refresh(endpoint)
    return endpoint


def _address(typed: str) -> str:
    """An address without secrets in it, which is shown. Invalid."""
    address = typed.strip().rstrip("/").removesuffix("/chat/completions")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise Invalid(say("This is no address. It looks like https://models.example.org/v1."), "base_url") from error
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or not address.isprintable():
        raise Invalid(say("This is no address. It looks like https://models.example.org/v1."), "base_url")
    if parts.username or parts.password:
        raise Invalid(say("Put the key into its own field: addresses are shown."), "base_url")
    if _is_link_local(host):
        raise Invalid(say("This address belongs to the machine’s own network and is no model server."), "base_url")
    return address


def _is_link_local(host: str) -> bool:
    """Where clouds keep the secrets of their machines."""
    try:
        return ip_address(host).is_link_local
    except ValueError:
        return host == "metadata.google.internal"


def _key(key: str) -> str:
    if not key.isascii() or not key.isprintable() or " " in key:
        raise Invalid(say("A key is made of plain letters, digits and signs, without spaces."), "key")
    return key
