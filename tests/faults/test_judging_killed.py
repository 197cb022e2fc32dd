"""Workers that let a model judge are killed in the middle: nothing is paid twice, and every sample has an end."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import redis

from app.models import JobState
from tests.faults.installation import kill, wait_for, worker
from tests.llm_server import Model, model_server
from tests.services.engine import ACTIVE, hurry, job, rows
from tests.services.judging import PAID, PRICED, Ground, run_of

SAMPLES, AT_ONCE = 60, 6


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    """Slow enough that some requests are always under way when the power goes."""
    with model_server(tmp_path_factory.mktemp("model"), delay=0.1) as made:
        yield made


def killed_in_the_middle(model: Model, log: Path, **endpoint: Any) -> tuple[Ground, int]:
    """A run whose worker died while requests were under way, and was then worked to its end by another."""
    hurry()
    with worker(log, WINNOW_STALE_SECONDS="3") as first:
        wait_for("a worker", lambda: rows("SELECT 1 FROM workers"))
        ground = Ground(model, ["SAYS: 4"] * SAMPLES, endpoint={"concurrency": AT_ONCE, **endpoint})
        run_id = ground.start(budget=Decimal(10))
        wait_for("some replies", lambda: ground.scores().count(4) >= 15)
        kill(first)
    assert job(run_of(run_id).job_id or 0).state in ACTIVE
    assert 0 < ground.scores().count(4) < SAMPLES
    with worker(log, WINNOW_STALE_SECONDS="3"):
        wait_for("the end", lambda: job(run_of(run_id).job_id or 0).state not in ACTIVE)
    assert job(run_of(run_id).job_id or 0).state is JobState.SUCCEEDED
    return ground, run_id


def test_nothing_is_paid_twice(broker: "redis.Redis", server: Model, tmp_path: Path) -> None:
    model = server.named("priced")
    ground, run_id = killed_in_the_middle(model, tmp_path / "log", **PRICED)
    assert max(model.paid().values()) == 1
    scores = ground.scores()
    assert len(scores) == SAMPLES
    assert set(scores) <= {4, "lost"}
    assert scores.count("lost") <= AT_ONCE
    assert run_of(run_id).held == 0
    assert run_of(run_id).spent >= sum(model.paid().values()) * PAID  # what may have been paid counts as paid


def test_a_free_model_is_asked_to_the_end(broker: "redis.Redis", server: Model, tmp_path: Path) -> None:
    model = server.named("free")
    ground, run_id = killed_in_the_middle(model, tmp_path / "log")
    assert ground.scores() == [4] * SAMPLES
    assert sum(model.paid().values()) <= SAMPLES + AT_ONCE
    assert run_of(run_id).spent == run_of(run_id).held == 0
