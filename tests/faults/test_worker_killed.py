"""A worker is killed, the broker forgets everything, or both: nothing is lost, nothing is done twice."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from app.models import JobState
from tests.faults.conftest import LINES
from tests.faults.installation import kill, wait_for, worker
from tests.services.engine import (
    ACTIVE,
    add,
    check_sums,
    corpus,
    import_job,
    job,
    make_dataset,
    read,
    rows,
    run,
    start_run,
)
from tests.services.test_imports import content_of

QUICK = {"WINNOW_STALE_SECONDS": "3"}


@dataclass(frozen=True)
class Outcome:
    """What an import and a run come to; no number that the database gives out is among it."""

    content: list[list[tuple[Any, ...]]]
    verdicts: list[tuple[Any, ...]]
    places: list[tuple[Any, ...]]


_undisturbed: list[Outcome] = []


@pytest.fixture
def undisturbed(broker: "redis.Redis", corpus_file: bytes) -> Outcome:
    """The corpus read and judged in peace, in this very process; once for all tests."""
    if not _undisturbed:
        dataset_id = make_dataset()
        content = content_of(read(dataset_id, corpus_file).id)
        run(dataset_id)
        _undisturbed.append(Outcome(content, verdicts(dataset_id), places(dataset_id)))
    return _undisturbed[0]


def verdicts(dataset_id: int) -> list[tuple[Any, ...]]:
    """What the newest run decided about each line, and the states it led to."""
    return rows(
        r"""SELECT s.number, s.state, v.reasons, regexp_replace(v.failures::text, '"sample": \d+', '', 'g'), first.number,
               v.similarity
           FROM samples s JOIN runs r ON r.id = (SELECT max(id) FROM runs WHERE dataset_id = :dataset AND published)
           LEFT JOIN verdicts v ON v.sample_id = s.id AND v.run_id = r.id LEFT JOIN samples first ON first.id = v.duplicate_of
           WHERE s.dataset_id = :dataset ORDER BY s.number""",
        dataset=dataset_id,
    )


def places(dataset_id: int) -> list[tuple[Any, ...]]:
    return rows(
        """SELECT s.number, slots.number, slots.state FROM slots JOIN samples s ON s.id = slots.sample_id
           WHERE s.dataset_id = :dataset ORDER BY 1, 2""",
        dataset=dataset_id,
    )


def ended(job_id: int) -> bool:
    return job(job_id).state not in ACTIVE


def tries(job_id: int) -> int:
    return int(rows("SELECT max(attempt) FROM shards WHERE job_id = :job", job=job_id)[0][0])


@pytest.mark.parametrize("fault", [pytest.param("kill", marks=pytest.mark.thorough), pytest.param("flush", marks=pytest.mark.thorough), "kill and flush"])
def test_an_import_and_a_run_end_as_if_nothing_had_happened(
    undisturbed: Outcome, broker: "redis.Redis", corpus_file: bytes, tmp_path: Path, fault: str
) -> None:
    with worker(tmp_path / "log", **QUICK) as first:
        corpus_id, job_id = half_read(corpus_file)
        hurt(fault, first, broker)
        check_is_half_read(corpus_id)
        with worker(tmp_path / "log", **QUICK) as second:
            wait_for("the end of the import", lambda: ended(job_id))
            assert job(job_id).state is JobState.SUCCEEDED
            assert content_of(corpus_id) == undisturbed.content
            assert (tries(job_id) > 1) == ("kill" in fault)

            dataset_id = corpus(corpus_id).dataset_id
            _, job_id = start_run(dataset_id)
            wait_for("a piece of the run", lambda: shards(job_id, "done") >= 1)
            hurt(fault, second, broker)
            assert not ended(job_id)
            with worker(tmp_path / "log", **QUICK):
                wait_for("the end of the run", lambda: ended(job_id))
    assert job(job_id).state is JobState.SUCCEEDED
    assert verdicts(dataset_id) == undisturbed.verdicts
    assert places(dataset_id) == undisturbed.places
    assert len(undisturbed.verdicts) == len(undisturbed.content[0])
    assert (tries(job_id) > 1) == ("kill" in fault)


def test_work_whose_message_was_lost_is_done_all_the_same(
    broker: "redis.Redis", corpus_file: bytes, tmp_path: Path
) -> None:
    """The broker forgets while nothing is under way: also what it knew of queues, on which senders rely."""
    with worker(tmp_path / "log", **QUICK):
        wait_for("a worker", lambda: rows("SELECT 1 FROM workers"))
        first = add(make_dataset(), corpus_file[:100_000])
        wait_for("the first import", lambda: ended(import_job(first).id))
        broker.flushall()
        second = add(make_dataset(), corpus_file[:200_000])
        wait_for("the second import", lambda: ended(import_job(second).id))
        assert import_job(second).state is JobState.SUCCEEDED


@pytest.mark.slow
@pytest.mark.thorough
def test_with_the_default_settings_work_goes_on_within_a_minute(
    undisturbed: Outcome, broker: "redis.Redis", corpus_file: bytes, tmp_path: Path
) -> None:
    with worker(tmp_path / "log") as first:
        corpus_id, job_id = half_read(corpus_file)
        hurt("kill and flush", first, broker)
        check_is_half_read(corpus_id)
        with worker(tmp_path / "log"):
            wait_for("the end of the import", lambda: ended(job_id))
    assert content_of(corpus_id) == undisturbed.content


def test_a_worker_that_is_asked_to_end_hands_its_work_over(
    undisturbed: Outcome, broker: "redis.Redis", corpus_file: bytes, tmp_path: Path
) -> None:
    with worker(tmp_path / "log") as first:
        corpus_id, job_id = half_read(corpus_file)
        first.terminate()
        first.wait(15)
        check_is_half_read(corpus_id)
        assert shards(job_id, "queued") == 1  # nobody has to wait until the shard is stale
        assert rows("SELECT name FROM workers") == []
        with worker(tmp_path / "log"):
            wait_for("the end of the import", lambda: ended(job_id))
    assert content_of(corpus_id) == undisturbed.content


def test_a_worker_that_slept_and_wakes_does_no_harm(
    undisturbed: Outcome, broker: "redis.Redis", corpus_file: bytes, tmp_path: Path
) -> None:
    with worker(tmp_path / "log", **QUICK) as sleeper:
        corpus_id, job_id = half_read(corpus_file)
        os.killpg(sleeper.pid, signal.SIGSTOP)
        check_is_half_read(corpus_id)
        with worker(tmp_path / "log", **QUICK):
            wait_for("another worker to take over", lambda: tries(job_id) > 1, 30)
            os.killpg(sleeper.pid, signal.SIGCONT)
            wait_for("the end of the import", lambda: ended(job_id))
    assert content_of(corpus_id) == undisturbed.content


def half_read(content: bytes) -> tuple[int, int]:
    """(corpus, job) of an import of which a worker has committed some steps."""
    wait_for("a worker", lambda: rows("SELECT 1 FROM workers"))
    corpus_id = add(make_dataset(), content)
    wait_for("half the import", lambda: corpus(corpus_id).lines >= 4_000)
    return corpus_id, import_job(corpus_id).id


def check_is_half_read(corpus_id: int) -> None:
    assert not ended(import_job(corpus_id).id)
    assert 0 < corpus(corpus_id).lines < LINES
    check_sums(corpus(corpus_id))


def shards(job_id: int, state: str) -> int:
    return int(
        rows("SELECT count(*) FROM shards WHERE job_id = :job AND state = :state", job=job_id, state=state)[0][0]
    )


def hurt(fault: str, process: Any, broker: "redis.Redis") -> None:
    if "kill" in fault:
        kill(process)
    if "flush" in fault:
        broker.flushall()
