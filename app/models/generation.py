"""Language models that may be asked, the prompts they are asked with, and what was asked, answered and paid."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Dated, Identified, Json

MONEY = Numeric(20, 9)


class ModelEndpoint(Identified, Dated, Base):
    """A server of a language model that speaks OpenAI's chat completions. It belongs to the whole installation.

    `key` is sealed (services/sealing.py) and never shown again. Prices are for a million tokens, in `currency`; both
    0 is a model of one's own, which may be asked again at will. `per_minute` 0 is no limit. A retired one is offered
    no more; what was made with it still names it.
    """

    __tablename__ = "model_endpoints"
    __table_args__ = (UniqueConstraint("name"),)

    name: Mapped[str]
    base_url: Mapped[str]
    model: Mapped[str]
    key: Mapped[bytes | None]
    currency: Mapped[str] = mapped_column(server_default="USD")
    price_in: Mapped[Decimal] = mapped_column(MONEY, server_default="0")
    price_out: Mapped[Decimal] = mapped_column(MONEY, server_default="0")
    concurrency: Mapped[int] = mapped_column(server_default="4")
    per_minute: Mapped[int] = mapped_column(server_default="0")
    timeout_seconds: Mapped[int] = mapped_column(server_default="120")
    has_schema: Mapped[bool] = mapped_column(server_default="false")
    has_logprobs: Mapped[bool] = mapped_column(server_default="false")
    tested_at: Mapped[datetime | None]
    test_error: Mapped[str] = mapped_column(server_default="")
    retired_at: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    @property
    def is_free(self) -> bool:
        return not self.price_in and not self.price_out


class Prompt(Identified, Dated, Base):
    """What a dataset asks a model for. `kind` is a module of app/curation/generating/kinds and never changes."""

    __tablename__ = "prompts"
    __table_args__ = (UniqueConstraint("dataset_id", "name"),)

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    name: Mapped[str]
    kind: Mapped[str]
    retired_at: Mapped[datetime | None]


class PromptVersion(Identified, Dated, Base):
    """The words of a prompt as they were saved once; never changed. `examples` are pairs that show what is wanted."""

    __tablename__ = "prompt_versions"
    __table_args__ = (UniqueConstraint("prompt_id", "version"),)

    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompts.id", ondelete="CASCADE"))
    version: Mapped[int]
    system: Mapped[str]
    user: Mapped[str]
    examples: Mapped[Any] = mapped_column(JSON)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Generation(Identified, Dated, Base):
    """Samples made from passages by one version of a prompt and one model; they go into a corpus of their own.

    What it was started with is copied here, for an endpoint's prices may change. `spent` is what its answers cost,
    including those that were lost and may have been paid; `held` is set aside for requests under way: together they
    never exceed the `budget`. `halt` says why it stopped before its end, `stopping` that a person asked it to.
    """

    __tablename__ = "generations"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    corpus_id: Mapped[int | None] = mapped_column(ForeignKey("corpora.id", ondelete="SET NULL"), index=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("model_endpoints.id"))
    prompt_version_id: Mapped[int] = mapped_column(ForeignKey("prompt_versions.id", ondelete="CASCADE"), index=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))
    model: Mapped[str]
    currency: Mapped[str]
    price_in: Mapped[Decimal] = mapped_column(MONEY)
    price_out: Mapped[Decimal] = mapped_column(MONEY)
    settings: Mapped[Json] = mapped_column(server_default="{}")
    selection: Mapped[Json] = mapped_column(server_default="{}")
    estimate: Mapped[Json] = mapped_column(server_default="{}")
    budget: Mapped[Decimal | None] = mapped_column(MONEY)
    repeat_lost: Mapped[bool] = mapped_column(server_default="false")
    passages: Mapped[int] = mapped_column(server_default="0")
    tokens_in: Mapped[int] = mapped_column(server_default="0")
    tokens_out: Mapped[int] = mapped_column(server_default="0")
    spent: Mapped[Decimal] = mapped_column(MONEY, server_default="0")
    held: Mapped[Decimal] = mapped_column(MONEY, server_default="0")
    stopping: Mapped[bool] = mapped_column(server_default="false")
    halt: Mapped[str] = mapped_column(server_default="")
    halt_words: Mapped[str] = mapped_column(server_default="")
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    @property
    def is_free(self) -> bool:
        return not self.price_in and not self.price_out


class RequestState(StrEnum):
    """SENT is an intent: committed before the request leaves. LOST was sent, and nobody knows whether it was answered."""

    SENT = "sent"
    ANSWERED = "answered"
    FAILED = "failed"
    LOST = "lost"


class ModelRequest(Identified, Dated, Base):
    """One request to a model and its reply, committed the moment it arrives. Never asked twice: its hash is unique.

    `content_hash` is that of server, model, messages and settings: the cache across the generations of a dataset.
    `shard_id` and `attempt` say which worker's it is, `held` what is set aside for it.
    """

    __tablename__ = "model_requests"
    __table_args__ = (
        UniqueConstraint("dataset_id", "content_hash"),
        Index("ix_model_requests_sent", "endpoint_id", "sent_at"),
        Index("ix_model_requests_open", "endpoint_id", "shard_id", postgresql_where="state = 'sent'"),
    )

    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("model_endpoints.id"))
    generation_id: Mapped[int | None] = mapped_column(ForeignKey("generations.id", ondelete="SET NULL"), index=True)
    content_hash: Mapped[bytes]
    state: Mapped[RequestState]
    shard_id: Mapped[int | None]
    attempt: Mapped[int] = mapped_column(server_default="0")
    held: Mapped[Decimal] = mapped_column(MONEY, server_default="0")
    sent_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    text: Mapped[str] = mapped_column(server_default="")
    finish_reason: Mapped[str] = mapped_column(server_default="")
    tokens_in: Mapped[int] = mapped_column(server_default="0")
    tokens_out: Mapped[int] = mapped_column(server_default="0")
    cost: Mapped[Decimal] = mapped_column(MONEY, server_default="0")
    code: Mapped[str] = mapped_column(server_default="")
    error: Mapped[str] = mapped_column(server_default="")


class ItemState(StrEnum):
    """STORED: what became of it stands in the corpus, as samples, exact copies or refused lines."""

    WAITING = "waiting"
    STORED = "stored"


class GenerationItem(Identified, Base):
    """A passage of a generation, or one round where it is made from examples alone. `edition` counts new askings.

    `code` is why its reply was refused as a whole, `lines` how many samples, copies and refused lines came of it.
    """

    __tablename__ = "generation_items"
    __table_args__ = (
        UniqueConstraint("generation_id", "number"),
        Index("ix_generation_items_waiting", "generation_id", "number", postgresql_where="state = 'waiting'"),
    )

    generation_id: Mapped[int] = mapped_column(ForeignKey("generations.id", ondelete="CASCADE"))
    number: Mapped[int]
    passage_id: Mapped[int | None] = mapped_column(ForeignKey("passages.id", ondelete="SET NULL"), index=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("model_requests.id", ondelete="SET NULL"), index=True)
    edition: Mapped[int] = mapped_column(server_default="0")
    state: Mapped[ItemState] = mapped_column(server_default=ItemState.WAITING)
    code: Mapped[str] = mapped_column(server_default="")
    lines: Mapped[int] = mapped_column(server_default="0")
    cached: Mapped[bool] = mapped_column(server_default="false")
