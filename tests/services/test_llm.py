"""The client of model servers against a real one: what is tried again, what may have been paid, and what it never does."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from app.models import ModelEndpoint
from app.services import llm, sealing
from app.services.errors import Invalid
from app.services.llm_errors import seconds_to_wait
from app.services.llm_pace import Pace
from app.settings import get_settings
from tests.factories_generating import passage_text
from tests.llm_server import Model, model_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    with model_server(tmp_path_factory.mktemp("model")) as made:
        yield made


@pytest.fixture
def model(server: Model, request: pytest.FixtureRequest) -> Model:
    return server.named(f"{abs(hash(request.node.nodeid)):x}")


def endpoint(model: Model, **values: Any) -> ModelEndpoint:
    usual = {"timeout_seconds": 10, "concurrency": 4, "per_minute": 0, "price_in": 1, "price_out": 1, "key": None}
    usual |= {"name": "m", "base_url": model.base_url, "model": "test-1"}
    return ModelEndpoint(**{**usual, **values})


def ask(model: Model, behave: str = "", *, pauses: list[float] | None = None, **values: Any) -> llm.Reply:
    sleep = pauses.append if pauses is not None else (lambda seconds: None)
    options = {name: values.pop(name) for name in ("may_repeat", "tries") if name in values}
    messages = [{"role": "user", "content": passage_text(1, behave)}]
    return llm.complete(endpoint(model, **values), messages, sleep=sleep, idempotency_key="once", **options)


def test_a_reply_comes_with_its_tokens_and_why_it_ended(model: Model) -> None:
    reply = ask(model)
    assert (reply.finish_reason, reply.tokens_in, reply.tokens_out) == ("stop", 500, 100)
    assert "Question 1" in reply.text
    assert reply.raw["object"] == "chat.completion"


def test_busy_servers_are_given_longer_and_longer_pauses(model: Model) -> None:
    pauses: list[float] = []
    ask(model, "500 503 500 500 429", pauses=pauses)
    assert [line["status"] for line in model.lines()] == [500, 503, 500, 500, 429, 200]
    for number, pause in enumerate(pauses[:4], 1):
        assert 2**number / 4 <= pause <= 2**number / 2
    assert pauses[4] >= 1


def test_it_gives_up_in_the_end_and_nothing_was_paid(model: Model) -> None:
    with pytest.raises(llm.Unavailable):
        ask(model, "500 500 500", tries=3)
    assert len(model.lines()) == 3


@pytest.mark.parametrize(("behave", "fatal"), [("400", False), ("401", True), ("302", True)])
def test_what_the_server_turns_away_is_not_sent_again(model: Model, behave: str, fatal: bool) -> None:
    with pytest.raises(llm.Refused) as error:
        ask(model, f"{behave} {behave}")
    assert error.value.fatal == fatal
    assert len(model.lines()) == 1  # a redirect is not followed either


@pytest.mark.parametrize("behave", ["broken", "slow"])
def test_an_answer_that_may_have_been_paid_is_asked_for_again_only_where_that_is_allowed(
    model: Model, behave: str
) -> None:
    with pytest.raises(llm.AnswerLost):
        ask(model, behave, timeout_seconds=1)
    assert len(model.asked()) <= 1
    assert ask(model.named(f"{model.name}b"), behave, timeout_seconds=1, may_repeat=True).text
    assert ask(model.named(f"{model.name}c"), behave, timeout_seconds=1, price_in=0, price_out=0).text


def test_a_server_out_of_reach_cost_nothing(model: Model) -> None:
    with pytest.raises(llm.Unavailable, match="cannot be reached"):
        ask(model, base_url="http://127.0.0.1:9/v1", tries=2)


def test_retry_after_is_read_as_seconds_and_as_a_date() -> None:
    assert seconds_to_wait("7") == 7
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 25 < seconds_to_wait(at) <= 30
    for nothing in ("", "soon", "-5", "Wed, 21 Oct 2015 07:28:00 GMT"):
        assert seconds_to_wait(nothing) == 0


def test_no_more_are_sent_within_a_minute_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.llm_pace.MINUTE", 0.3)
    pace, began = Pace(), time.monotonic()
    for _ in range(5):
        pace.turn(2)
    assert 0.6 <= time.monotonic() - began < 3


def test_a_key_is_sealed_and_opens_only_under_this_installation_s_key(monkeypatch: pytest.MonkeyPatch) -> None:
    get_settings().home.mkdir(parents=True)
    sealed = sealing.seal("sk-secret")
    assert b"sk-secret" not in sealed
    assert sealing.unseal(sealed) == "sk-secret"
    monkeypatch.setenv("WINNOW_SIGNING_KEY", "A" * 43 + "=")
    get_settings.cache_clear()
    with pytest.raises(Invalid, match="cannot be read on this machine"):
        sealing.unseal(sealed)
