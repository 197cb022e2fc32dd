"""What monitors are told."""

import pytest
import redis
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import queue
from app.models import Worker
from tests.conftest import Browser


class _Broker:
    def __init__(self, alive: bool) -> None:
        self.alive = alive

    def ping(self) -> bool:
        if not self.alive:
            raise redis.ConnectionError
        return True


def test_the_process_lives(anonymous: Browser) -> None:
    assert anonymous.get("/healthz").text == "ok"


@pytest.mark.parametrize("broker", [True, False])
@pytest.mark.parametrize("worker", [True, False])
def test_pages_are_ready_without_broker_and_worker_and_it_is_said(
    anonymous: Browser, session: Session, monkeypatch: pytest.MonkeyPatch, broker: bool, worker: bool
) -> None:
    monkeypatch.setattr(queue, "broker", lambda: _Broker(broker))
    if worker:
        session.add(Worker(name="w1"))
    answer = anonymous.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "broker": broker, "worker": worker}


@pytest.mark.parametrize("spoil", ["UPDATE alembic_version SET version_num = 'older'", "DROP TABLE alembic_version"])
def test_a_database_of_another_version_is_not_ready(anonymous: Browser, session: Session, spoil: str) -> None:
    session.execute(text(spoil))
    answer = anonymous.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] is False
