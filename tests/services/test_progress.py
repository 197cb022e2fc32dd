"""Progress: counts that a person can trust, and times only where they can be known."""

import pytest

from app import db
from app.models import Job, JobState
from app.services import jobs, progress, runs
from app.services.errors import NotFound
from app.services.progress import Progress
from app.services.working import Piece
from tests.services.engine import (
    add,
    forsake,
    hurry,
    import_job,
    job,
    jsonl,
    make_dataset,
    read,
    run,
    run_sql,
    start_run,
    work_off,
)


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    hurry()
    monkeypatch.setattr(runs, "SAMPLES_PER_SHARD", 10)


@pytest.fixture
def dataset_id() -> int:
    made = make_dataset()
    read(
        made,
        jsonl([{"prompt": f"Why is {number} odd?", "response": f"{number} is what it is."} for number in range(40)]),
    )
    return made


def look(job_id: int) -> Progress:
    with db.transaction() as session:
        return progress.of(session, job_id)


def claimed(job_id: int) -> Piece:
    with db.transaction() as session:
        shard = jobs.claim(session, job_id, "one")
    assert shard is not None
    return Piece(db.session_factory(), job(job_id), shard)


def test_a_waiting_job_has_done_nothing(dataset_id: int) -> None:
    _, job_id = start_run(dataset_id)
    now = look(job_id)
    first, *others = [(stage.state, stage.done, stage.total) for stage in now.stages]
    assert first == ("doing", 0, 40)
    assert set(others) == {("todo", 0, 0)}
    assert (now.pieces.waiting, now.pieces.doing, now.pieces.done) == (4, 0, 0)
    assert (now.rate, now.seconds_left, now.seconds, now.last_sign_seconds) == (None, None, None, None)
    assert now.can_cancel
    assert not now.ended


def test_a_running_job_says_how_much_how_fast_and_how_long_still(dataset_id: int) -> None:
    _, job_id = start_run(dataset_id)
    for _ in range(2):
        piece = claimed(job_id)
        jobs.stages(piece.job)[0].work(piece)
        with db.transaction() as session:
            jobs.finish(session, piece.shard)
    with claimed(job_id).step(5, {}):
        pass
    run_sql("UPDATE shards SET started_at = now() - interval '10 seconds' WHERE started_at IS NOT NULL")
    run_sql("UPDATE jobs SET started_at = now() - interval '10 seconds' WHERE id = :job", job=job_id)
    now = look(job_id)

    stage = now.stages[0]
    assert (stage.done, stage.total, stage.share) == (25, 40, 0.625)
    assert now.current is stage
    assert now.rate == pytest.approx(2.5, rel=0.2)
    assert now.seconds_left == pytest.approx(6, rel=0.2)
    assert now.seconds == pytest.approx(10, rel=0.2)
    assert now.last_sign_seconds is not None
    assert now.last_sign_seconds < 5
    assert (now.pieces.done, now.pieces.doing, now.pieces.waiting, now.pieces.again) == (2, 1, 1, 0)


def test_second_tries_are_told(dataset_id: int) -> None:
    _, job_id = start_run(dataset_id)
    claimed(job_id)
    forsake(job_id)
    claimed(job_id)
    assert look(job_id).pieces.again == 1


def test_a_finished_job_is_done_in_all_stages(dataset_id: int) -> None:
    run(dataset_id)
    _, job_id = start_run(dataset_id)
    work_off(job_id)
    now = look(job_id)
    assert {stage.state for stage in now.stages} == {"done"}
    assert all(stage.share == 1 for stage in now.stages)
    assert now.stages[0].total == 0  # nothing had to be measured again
    assert (now.state, now.ended, now.can_cancel, now.current) == (JobState.SUCCEEDED, True, False, None)
    assert now.seconds is not None
    assert now.seconds == look(job_id).seconds


def test_a_job_that_was_asked_to_stop_is_not_asked_again(dataset_id: int) -> None:
    _, job_id = start_run(dataset_id)
    claimed(job_id)
    with db.transaction() as session:
        jobs.cancel(session, session.get_one(Job, job_id))
    now = look(job_id)
    assert (now.can_cancel, now.ended) == (False, False)


def test_a_failed_job_says_where_and_why() -> None:
    dataset_id = make_dataset()
    corpus_id = add(dataset_id, jsonl([{"prompt": "a", "response": "b"}]))
    job_id = import_job(corpus_id).id
    with db.transaction() as session:
        jobs.fail(session, job_id, "broken", "The file is broken. Upload it again.")
    now = look(job_id)
    assert (now.state, now.error) == (JobState.FAILED, "The file is broken. Upload it again.")
    assert now.current is not None
    assert now.current.state == "failed"


def test_there_is_no_progress_of_no_job() -> None:
    with pytest.raises(NotFound):
        look(4711)
