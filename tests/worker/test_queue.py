"""The queue on a real broker: it wakes workers, and nobody ever waits for it."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import redis

from app import db, embedded, queue
from app.services import jobs
from app.settings import get_settings
from tests.faults.installation import wait_for
from tests.services.engine import add, hurry, import_job, jsonl, make_dataset

PAIRS = jsonl([{"prompt": f"Why {number}?", "response": "Because."} for number in range(9)])


@pytest.fixture(scope="module")
def valkey() -> Iterator[str]:
    with TemporaryDirectory(prefix="winnow-queue-") as home, embedded.valkey(Path(home)) as url:
        yield url


@pytest.fixture
def broker(database: str, valkey: str, monkeypatch: pytest.MonkeyPatch) -> Iterator["redis.Redis"]:
    monkeypatch.setenv("REDIS_URL", valkey)
    get_settings.cache_clear()
    queue.forget()
    hurry()
    queue.broker().flushall()
    yield queue.broker()
    queue.forget()


def waiting() -> int:
    found = queue.waiting_messages()
    assert found is not None
    return found


def reconcile() -> int:
    with db.transaction() as session:
        return jobs.reconcile(session)


def test_a_committed_job_is_a_message_with_its_number(broker: "redis.Redis") -> None:
    job_id = import_job(add(make_dataset(), PAIRS)).id
    wait_for("the message", waiting, 10)
    (key,) = broker.keys("winnow:*:winnow")
    (message,) = broker.lrange(key, 0, -1)
    assert waiting() == 1
    assert b'"task": "winnow.work"' in message
    assert f"[{job_id}]" in message.decode()


def test_installations_on_one_broker_do_not_hear_each_other(
    broker: "redis.Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.send(1)
    wait_for("the message", waiting, 10)
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/winnow")
    get_settings.cache_clear()
    queue.forget()
    assert waiting() == 0


def test_what_the_broker_forgot_is_sent_again(broker: "redis.Redis") -> None:
    add(make_dataset(), PAIRS)
    wait_for("the message", waiting, 10)
    broker.flushall()
    assert waiting() == 0

    assert reconcile() == 1
    wait_for("the message again", waiting, 10)


def test_a_stopped_broker_holds_up_nobody(broker: "redis.Redis") -> None:
    number = int(broker.info("server")["process_id"])
    os.kill(number, signal.SIGSTOP)
    try:
        began = time.monotonic()
        job_id = import_job(add(make_dataset(), PAIRS)).id
        seconds = time.monotonic() - began
        assert reconcile() == 0
    finally:
        os.kill(number, signal.SIGCONT)
    assert seconds < 2
    assert job_id

    wait_for("a message, late", lambda: waiting() or (reconcile() and waiting()), 30)


def test_a_broker_that_is_not_there_holds_up_nobody(broker: "redis.Redis", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    get_settings.cache_clear()
    queue.forget()
    began = time.monotonic()
    add(make_dataset(), PAIRS)
    assert queue.waiting_messages() is None
    assert reconcile() == 0
    assert time.monotonic() - began < 4
