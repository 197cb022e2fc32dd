"""Workers that ask a model are killed in the middle: nothing is paid twice, and the samples are the same in the end."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import redis

from app import db
from app.models import JobState
from app.services import generating
from tests.faults.installation import kill, wait_for, worker
from tests.llm_server import Model, model_server
from tests.services.engine import ACTIVE, check_sums, hurry, job, rows
from tests.services.generation import PAID, PRICED, corpus_of, ground, of, refused_of, samples_of, start, work

QUICK = {"WINNOW_STALE_SECONDS": "3"}
PASSAGES = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    """Slow enough that some requests are always under way when the power goes."""
    with model_server(tmp_path_factory.mktemp("model"), delay=0.1) as made:
        yield made


def killed_in_the_middle(model: Model, log: Path, **values: Any) -> int:
    """A generation whose worker died while requests were under way, and was then worked to its end by another."""
    hurry()
    with worker(log, **QUICK) as first:
        wait_for("a worker", lambda: rows("SELECT 1 FROM workers"))
        generation_id = start(ground(model.base_url, PASSAGES, concurrency=8, **values.pop("endpoint", {})), **values)
        wait_for("some replies", lambda: answered() >= 15)
        kill(first)
    assert job(of(generation_id).job_id or 0).state in ACTIVE
    assert 0 < answered() < PASSAGES
    with worker(log, **QUICK):
        wait_for("the end", lambda: job(of(generation_id).job_id or 0).state not in ACTIVE)
    assert job(of(generation_id).job_id or 0).state is JobState.SUCCEEDED
    return generation_id


def answered() -> int:
    return int(rows("SELECT count(*) FROM model_requests WHERE state = 'answered'")[0][0])


def undisturbed(model: Model) -> list[tuple[Any, ...]]:
    """The same passages asked about in peace, in this very process."""
    place = ground(model.base_url, PASSAGES, name="In peace", concurrency=8)
    return samples_of(work(start(place)))


def test_nothing_is_paid_twice_and_what_was_lost_waits_for_a_person(
    broker: "redis.Redis", server: Model, tmp_path: Path
) -> None:
    model = server.named("priced")
    generation_id = killed_in_the_middle(model, tmp_path / "log", endpoint=PRICED)
    done = of(generation_id)
    assert max(model.paid().values()) == 1
    assert len(model.paid()) == PASSAGES
    lost = refused_of(done)
    assert 1 <= len(lost) <= 8  # those that were under way, and no other
    assert {code for _, code in lost} == {"lost"}
    assert {position for position, _ in lost} <= {int(number) for number in model.paid()}
    assert done.held == 0
    assert done.spent >= PASSAGES * PAID  # what may have been paid counts as paid
    check_sums(corpus_of(done))

    with db.transaction() as session:
        generating.ask_again(session, session.merge(done), "lost")
    done = work(generation_id)
    assert sum(model.paid().values()) == PASSAGES + len(lost)
    keys: dict[str, set[str]] = {}
    for line in model.lines():
        keys.setdefault(line["passage"], set()).add(line["key"])
    assert all(len(each) == 1 for each in keys.values())  # a server that knows the header would not charge twice
    assert samples_of(done) == undisturbed(server.named("peace"))
    check_sums(corpus_of(done))


def test_where_a_model_is_free_everything_is_asked_to_the_end(
    broker: "redis.Redis", server: Model, tmp_path: Path
) -> None:
    model = server.named("free")
    done = of(killed_in_the_middle(model, tmp_path / "log"))
    assert refused_of(done) == []
    assert (done.spent, done.held) == (Decimal(0), Decimal(0))
    assert sum(model.paid().values()) <= PASSAGES + 8  # only what was under way is asked again
    assert samples_of(done) == undisturbed(server.named("peace-again"))
    check_sums(corpus_of(done))
