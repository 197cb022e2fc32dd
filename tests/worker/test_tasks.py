"""The one task: it does what is free of a job, and trusts no message."""

from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from app.models import JobState
from app.services import working
from tests.services.engine import add, hurry, import_job, job, jsonl, make_dataset, rows
from worker import tasks

PAIRS = jsonl([{"prompt": f"Why {number}?", "response": "Because."} for number in range(9)])


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int]) -> None:
    hurry()


def test_a_message_does_all_that_is_free_of_its_job() -> None:
    one, other = (import_job(add(make_dataset(), PAIRS)).id for _ in range(2))
    tasks.work(one)
    assert job(one).state is JobState.SUCCEEDED
    assert job(other).state is JobState.QUEUED


def test_a_message_that_comes_again_does_nothing_again() -> None:
    job_id = import_job(add(make_dataset(), PAIRS)).id
    for _ in range(3):
        tasks.work(job_id)
    assert rows("SELECT lines, accepted FROM corpora") == [(9, 9)]
    assert rows("SELECT attempt FROM shards") == [(1,)]


@pytest.mark.parametrize("message", [None, "1", "1; DROP TABLE jobs", 1.0, True, [1], {"job": 1}, -1, 0, 2**63 - 1])
def test_a_message_that_names_no_job_is_dropped(message: Any) -> None:
    job_id = import_job(add(make_dataset(), PAIRS)).id
    tasks.work(message)
    assert job(job_id).state is JobState.QUEUED


def test_a_database_out_of_reach_is_left_to_the_reconciler(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable(*_: object) -> int:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(working, "work", unreachable)
    tasks.work(7)
    assert "reconciler" in caplog.text
