"""A database of its own and a real Valkey for every fault."""

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import redis

from app import embedded, queue
from app.settings import get_settings
from tests.services.engine import jsonl
from tests.services.test_imports import BROKEN
from tests.services.test_runs import flawed

LINES = 10_000


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: waits for a default that is measured in tens of seconds")


@pytest.fixture(scope="package")
def valkey() -> Iterator[str]:
    with TemporaryDirectory(prefix="winnow-faults-") as home, embedded.valkey(Path(home)) as url:
        yield url


@pytest.fixture
def broker(database: str, valkey: str, monkeypatch: pytest.MonkeyPatch) -> Iterator["redis.Redis"]:
    """A client of the broker that this test's database and its workers use."""
    monkeypatch.setenv("REDIS_URL", valkey)
    get_settings.cache_clear()
    queue.forget()
    yield queue.broker()
    queue.forget()


@pytest.fixture(scope="package")
def corpus_file() -> bytes:
    """Some five transactions of lines: sound, flawed, broken and copied ones."""
    dice = random.Random(11)
    lines = [dice.choice(BROKEN) if dice.random() < 0.05 else line for line in flawed(LINES, seed=11)]
    return jsonl(lines)
