"""Durable jobs: claimed once, fenced, checkpointed with their rows, and ended exactly once."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import select, text

from app import db, queue
from app.models import Job, JobKind, JobState, Shard
from app.services import jobs, working
from app.services.errors import Conflict
from app.services.jobs import Kind, ShardPlan, Stage
from app.services.working import Piece
from tests.services.engine import forsake, hurry, job, make_dataset, rows, run_sql, together, work_off


class Toy:
    """A kind of job whose stages make the given numbers of shards and write a row for each."""

    def __init__(self, *shards: int) -> None:
        self.planned: Counter[int] = Counter()
        self.ended: list[str] = []
        self.work: Callable[[Piece], None] = self.write
        stages = [
            Stage(f"stage {number}", "rows", partial(self.plan, number, count), self.do)
            for number, count in enumerate(shards)
        ]
        self.kind = Kind(
            stages,
            lambda session, job: self.ended.append("succeeded"),
            lambda session, job: self.ended.append("stopped"),
        )

    def plan(self, stage: int, count: int, *_: object) -> list[ShardPlan]:
        self.planned[stage] += 1
        return [ShardPlan({"shard": number}, 1) for number in range(count)]

    def do(self, piece: Piece) -> None:
        self.work(piece)

    def write(self, piece: Piece) -> None:
        with piece.step(1, {"done": True}) as session:
            session.execute(text("INSERT INTO effects VALUES (:shard)"), {"shard": piece.shard.id})


@pytest.fixture
def make(database: str, wakes: list[int], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Toy, int]]:
    """make(2, 1): a job with two shards in its first stage and one in its second."""
    monkeypatch.setattr(queue, "waiting_messages", lambda: 0)
    hurry()
    dataset_id = make_dataset()
    run_sql("CREATE TABLE effects (shard bigint)")

    def made(*shards: int) -> tuple[Toy, int]:
        toy = Toy(*shards)
        monkeypatch.setitem(jobs.KINDS, JobKind.IMPORT, toy.kind)
        with db.transaction() as session:
            return toy, jobs.start(session, JobKind.IMPORT, dataset_id, {}, None).id

    return made


def claim(job_id: int, worker: str = "one") -> Shard | None:
    with db.transaction() as session:
        return jobs.claim(session, job_id, worker)


def claimed(job_id: int, worker: str = "one") -> Piece:
    shard = claim(job_id, worker)
    assert shard is not None
    return Piece(db.session_factory(), job(job_id), shard)


def effects() -> list[int]:
    return [shard for (shard,) in rows("SELECT shard FROM effects ORDER BY shard")]


def cancel(job_id: int) -> None:
    with db.transaction() as session:
        jobs.cancel(session, session.get_one(Job, job_id))


def reconcile() -> int:
    with db.transaction() as session:
        return jobs.reconcile(session)


def finish(piece: Piece) -> None:
    with db.transaction() as session:
        jobs.finish(session, piece.shard)


def test_a_shard_is_claimed_by_one_of_eight(make: Callable[..., tuple[Toy, int]]) -> None:
    for _ in range(30):
        _, job_id = make(1)
        found = together(*[partial(claim, job_id, f"worker {number}") for number in range(8)])
        assert sum(shard is not None for shard in found) == 1
    assert job(job_id).state is JobState.RUNNING


def test_many_workers_do_every_shard_once(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(40, 30)
    together(*[partial(working.work, db.session_factory(), job_id, f"worker {number}") for number in range(6)])
    while job(job_id).state in jobs.ACTIVE:  # a worker may have left before the second stage was planned
        work_off(job_id)

    assert len(effects()) == len(set(effects())) == 70
    assert job(job_id).state is JobState.SUCCEEDED
    assert toy.ended == ["succeeded"]


def test_an_old_attempt_writes_nothing(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(1)
    old = claimed(job_id, "old")
    forsake(job_id)
    new = claimed(job_id, "new")

    with pytest.raises(jobs.Fenced):
        toy.write(old)
    with pytest.raises(jobs.Fenced):
        old.alive()
    with pytest.raises(jobs.Fenced):
        finish(old)
    with db.transaction() as session:
        jobs.give_back(session, old.shard)
    assert effects() == []
    assert rows("SELECT worker, state, done FROM shards") == [("new", "running", 0)]

    toy.write(new)
    finish(new)
    assert effects() == [new.shard.id]
    assert job(job_id).state is JobState.SUCCEEDED


def test_a_shard_is_taken_over_only_when_its_worker_is_gone(make: Callable[..., tuple[Toy, int]]) -> None:
    _, job_id = make(1)
    first = claimed(job_id)
    assert claim(job_id, "two") is None

    forsake(job_id)
    first.alive()
    assert claim(job_id, "two") is None

    forsake(job_id)
    second = claim(job_id, "two")
    assert second is not None
    assert (second.worker, second.attempt) == ("two", 2)


def test_another_worker_goes_on_from_the_checkpoint(make: Callable[..., tuple[Toy, int]]) -> None:
    _, job_id = make(1)
    with claimed(job_id).step(7, {"at": "line 7"}):
        pass
    forsake(job_id)

    second = claimed(job_id, "two")
    assert second.checkpoint == {"at": "line 7"}
    assert second.shard.done == 7


def test_a_shard_that_kills_five_workers_ends_its_job(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(1)
    for _ in range(jobs.MAX_TRIES):
        assert claimed(job_id).shard.tries <= jobs.MAX_TRIES
        forsake(job_id)
    assert job(job_id).state is JobState.RUNNING

    ended = work_off(job_id)
    assert (ended.state, ended.error_code) == (JobState.FAILED, "worker_died")
    assert "memory" in (ended.error or "")
    assert toy.ended == ["stopped"]
    assert effects() == []


def test_progress_forgives_earlier_tries(make: Callable[..., tuple[Toy, int]]) -> None:
    _, job_id = make(1)
    for number in range(3 * jobs.MAX_TRIES):
        with claimed(job_id).step(number, {"at": number}):
            pass
        forsake(job_id)
    assert work_off(job_id).state is JobState.SUCCEEDED


def test_an_error_three_times_at_one_place_ends_the_job(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(1)
    toy.work = _fail
    states = [work_off(job_id).state for _ in range(3)]

    assert states == [JobState.RUNNING, JobState.RUNNING, JobState.FAILED]
    assert job(job_id).error_code == "unexpected"
    assert toy.ended == ["stopped"]


def test_errors_at_different_places_do_not_end_a_job(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(1)

    def stumble(piece: Piece) -> None:
        at = piece.checkpoint.get("at", 0)
        if at < 10:
            with piece.step(at, {"at": at + 1}):
                pass
            raise RuntimeError("a stone")

    toy.work = stumble
    for _ in range(11):
        work_off(job_id)
    assert job(job_id).state is JobState.SUCCEEDED


def test_progress_on_the_third_try_saves_the_job(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(1)
    tries: list[int] = []

    def third(piece: Piece) -> None:
        tries.append(1)
        if len(tries) == 3:
            toy.write(piece)
        if len(tries) <= 3:
            raise RuntimeError("three times, but not at one place")

    toy.work = third
    assert [work_off(job_id).state for _ in range(4)][2:] == [JobState.RUNNING, JobState.SUCCEEDED]


def test_an_error_after_progress_counts_like_any_other(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(1)
    seen: list[int] = []

    def stuck(piece: Piece) -> None:
        seen.append(1)
        if not piece.checkpoint:
            toy.write(piece)
        raise RuntimeError("always here")

    toy.work = stuck
    while job(job_id).state in jobs.ACTIVE:
        work_off(job_id)
    assert len(seen) == 3


def test_a_job_that_cannot_go_on_says_why(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(2)

    def refuse(piece: Piece) -> None:
        raise jobs.JobFailed("no_use", "The file is empty. Add another.")

    toy.work = refuse
    ended = work_off(job_id)
    assert (ended.state, ended.error_code, ended.error) == (
        JobState.FAILED,
        "no_use",
        "The file is empty. Add another.",
    )
    assert toy.ended == ["stopped"]


def test_no_worker_writes_for_a_job_that_has_failed_elsewhere(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(2)
    one = claimed(job_id)
    with db.transaction() as session:
        jobs.fail(session, job_id, "no_use", "The other shard found trouble.")

    with pytest.raises(jobs.Cancelled):
        toy.write(one)
    with pytest.raises(jobs.Cancelled):
        finish(one)
    with db.transaction() as session:
        jobs.fail(session, job_id, "again", "Too late.")
    assert effects() == []
    assert (job(job_id).error_code, toy.ended) == ("no_use", ["stopped"])


def test_a_worker_that_is_to_end_hands_over_what_is_left(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(3)
    for _ in range(2 * jobs.MAX_TRIES):  # an orderly end is no fault of the work's
        assert leave_at_once(job_id) == 0
    assert rows("SELECT state, tries FROM shards ORDER BY number") == [("queued", 0)] * 3
    assert effects() == []
    assert work_off(job_id).state is JobState.SUCCEEDED
    assert toy.ended == ["succeeded"]


def leave_at_once(job_id: int) -> int:
    """A worker that claims a shard and is asked to end before its first step."""
    asked: list[int] = []

    def is_leaving() -> bool:
        asked.append(1)
        return len(asked) > 1

    def only_alive(piece: Piece) -> None:
        piece.alive()

    kind = jobs.KINDS[JobKind.IMPORT]
    try:
        jobs.KINDS[JobKind.IMPORT] = Kind([Stage("leave", "rows", lambda session, job: [], only_alive)])
        return working.work(db.session_factory(), job_id, "one", is_leaving)
    finally:
        jobs.KINDS[JobKind.IMPORT] = kind


def test_a_waiting_job_is_cancelled_at_once(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(2)
    cancel(job_id)
    cancel(job_id)

    assert job(job_id).state is JobState.CANCELLED
    assert work_off(job_id).state is JobState.CANCELLED
    assert toy.ended == ["stopped"]
    assert effects() == []


def test_a_running_job_is_cancelled_at_its_next_step(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(3)

    def interrupted(piece: Piece) -> None:
        toy.write(piece)
        cancel(job_id)
        cancel(job_id)
        assert job(job_id).state is JobState.RUNNING
        toy.write(piece)

    toy.work = interrupted
    ended = work_off(job_id)
    assert ended.state is JobState.CANCELLED
    assert ended.finished_at is not None
    assert toy.ended == ["stopped"]
    assert len(effects()) == 1  # what was committed before stays, what came after is not there


def test_a_job_cancelled_at_its_last_shard_does_not_succeed(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(1)
    last = claimed(job_id)
    toy.write(last)
    cancel(job_id)
    with pytest.raises(jobs.Cancelled):
        finish(last)
    with db.transaction() as session:
        jobs.stop_cancelled(session, job_id)

    assert job(job_id).state is JobState.CANCELLED
    assert toy.ended == ["stopped"]


def test_cancel_against_finish_leaves_one_end(make: Callable[..., tuple[Toy, int]]) -> None:
    ends: Counter[JobState] = Counter()
    for _ in range(40):
        toy, job_id = make(1)
        together(partial(work_off, job_id), partial(cancel, job_id), partial(cancel, job_id))
        reconcile()
        ends[job(job_id).state] += 1
        assert len(toy.ended) == 1
        assert (job(job_id).state is JobState.SUCCEEDED) == (toy.ended == ["succeeded"])
    assert set(ends) <= {JobState.SUCCEEDED, JobState.CANCELLED}


def test_a_cancelled_job_whose_worker_is_gone_is_ended_by_the_reconciler(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(1)
    claimed(job_id)
    cancel(job_id)
    reconcile()
    assert job(job_id).state is JobState.RUNNING

    forsake(job_id)
    reconcile()
    assert job(job_id).state is JobState.CANCELLED
    assert toy.ended == ["stopped"]


def test_cancelling_while_the_job_is_being_completed_is_refused_in_a_sentence(
    make: Callable[..., tuple[Toy, int]],
) -> None:
    _, job_id = make(1)
    with db.transaction() as completing:
        completing.execute(text("SELECT FROM jobs FOR UPDATE"))
        with pytest.raises(Conflict, match="being completed"), db.transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '200ms'"))
            jobs.cancel(session, session.get_one(Job, job_id))


def test_the_last_two_shards_at_one_moment_plan_the_next_stage_once(make: Callable[..., tuple[Toy, int]]) -> None:
    rounds = 200
    toy, first = make(2, 1)
    with db.transaction() as session:
        dataset_id = session.get_one(Job, first).dataset_id
        for _ in range(rounds - 1):
            jobs.start(session, JobKind.IMPORT, dataset_id, {}, None)
        session.execute(text("UPDATE shards SET state = 'running', attempt = 1, heartbeat_at = now()"))
        shards = session.scalars(select(Shard).order_by(Shard.job_id, Shard.number)).all()
    assert len(shards) == 2 * rounds
    barrier = Barrier(2)

    def finish_all(which: int) -> None:
        for shard in shards[which::2]:
            barrier.wait()
            with db.transaction() as session:
                jobs.finish(session, shard)

    together(partial(finish_all, 0), partial(finish_all, 1))
    assert toy.planned == {0: rounds, 1: rounds}
    per_job = rows("SELECT DISTINCT stage, count(*) FROM shards GROUP BY job_id, stage ORDER BY 1")
    assert per_job == [(0, 2), (1, 1)]
    assert rows("SELECT DISTINCT stage, state FROM jobs") == [(1, "queued")]


def test_a_stage_without_shards_is_passed_over(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(0, 2, 0, 1, 0)
    assert job(job_id).stage == 1

    assert work_off(job_id).state is JobState.SUCCEEDED
    assert rows("SELECT stage, count(*) FROM shards GROUP BY 1 ORDER BY 1") == [(1, 2), (3, 1)]
    assert toy.ended == ["succeeded"]


def test_a_job_without_any_shard_has_succeeded(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(0, 0)
    assert job(job_id).state is JobState.SUCCEEDED
    assert toy.ended == ["succeeded"]


def test_shards_of_a_later_stage_are_done_after_all_of_the_one_before(make: Callable[..., tuple[Toy, int]]) -> None:
    toy, job_id = make(2, 2)
    order: list[int] = []

    def note(piece: Piece) -> None:
        order.append(piece.shard.stage)

    toy.work = note
    work_off(job_id)
    assert order == [0, 0, 1, 1]


def test_the_reconciler_wakes_idle_jobs_only(
    make: Callable[..., tuple[Toy, int]], wakes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "waiting_messages", lambda: 0)
    _, idle = make(2)
    _, busy = make(2)
    claimed(busy)
    _, left = make(1)
    claimed(left)
    forsake(left)
    _, done = make(1)
    work_off(done)
    _, stopped = make(1)
    cancel(stopped)
    wakes.clear()

    assert reconcile() == 2
    assert sorted(wakes) == [idle, left]


@pytest.mark.parametrize("waiting", [None, 101])
def test_the_reconciler_is_silent_where_the_broker_is_away_or_full(
    make: Callable[..., tuple[Toy, int]], wakes: list[int], monkeypatch: pytest.MonkeyPatch, waiting: int | None
) -> None:
    monkeypatch.setattr(queue, "waiting_messages", lambda: waiting)
    make(1)
    wakes.clear()
    assert reconcile() == 0
    assert wakes == []


def test_one_reconciler_at_a_time(
    make: Callable[..., tuple[Toy, int]], wakes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "waiting_messages", lambda: 0)
    make(1)
    with db.transaction() as session:
        assert jobs.reconcile(session) == 1
        assert reconcile() == 0


def test_workers_are_woken_after_commit(make: Callable[..., tuple[Toy, int]], wakes: list[int]) -> None:
    with db.transaction() as session:
        queue.enqueue(session, 7)
        assert wakes == []
    assert wakes == [7]

    with db.transaction() as session:
        pass
    assert wakes == [7]


def test_nobody_is_woken_after_rollback(make: Callable[..., tuple[Toy, int]], wakes: list[int]) -> None:
    with pytest.raises(RuntimeError), db.transaction() as session:
        queue.enqueue(session, 7)
        raise RuntimeError("no")
    with db.session_factory()() as session:
        session.execute(text("SELECT 1"))
        queue.enqueue(session, 8)
        session.rollback()
        session.commit()
    assert wakes == []


def test_a_released_savepoint_wakes_nobody_yet(make: Callable[..., tuple[Toy, int]], wakes: list[int]) -> None:
    with db.transaction() as session:
        with session.begin_nested():
            queue.enqueue(session, 7)
            session.execute(text("SELECT 1"))
        assert wakes == []
        session.execute(text("SELECT 1"))
    assert wakes == [7]


def test_a_savepoint_rolled_back_does_not_silence_the_rest(
    make: Callable[..., tuple[Toy, int]], wakes: list[int]
) -> None:
    with db.transaction() as session:
        queue.enqueue(session, 7)
        nested = session.begin_nested()
        session.execute(text("SELECT 1"))
        nested.rollback()
    assert wakes == [7]


def test_workers_say_when_they_come_and_go(make: Callable[..., tuple[Toy, int]]) -> None:
    with db.transaction() as session:
        jobs.seen(session, "here")
        jobs.seen(session, "here")
        jobs.seen(session, "quiet")
        session.execute(text("UPDATE workers SET seen_at = now() - interval '1 minute' WHERE name = 'quiet'"))
        assert jobs.workers_alive(session) == 1
        jobs.gone(session, "here")
        assert jobs.workers_alive(session) == 0
        session.execute(text("UPDATE workers SET seen_at = now() - interval '2 days'"))
        jobs.seen(session, "here")
    assert rows("SELECT name FROM workers") == [("here",)]


def _fail(piece: Piece) -> None:
    raise RuntimeError("always")
