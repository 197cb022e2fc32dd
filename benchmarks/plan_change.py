"""Changing the plan of a long queue while experts answer: how long each change takes, and what the desk waits meanwhile.

python -m benchmarks.plan_change [SAMPLES]

The job is done in this process as a worker does it; one expert beside it takes a place and answers, again and again.
Prints seconds of each change, milliseconds of a claim and of an answer, and seconds that the queue's health is counted.
"""

import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

import app.services.kinds  # noqa: F401 - makes every kind of job known
from app.db import session_factory, transaction
from app.models import Corpus, Dataset, Decision, Job, JobState, Membership, User
from app.services import queue_health, replanning, reviewing, reviewing_plan, working
from app.services.replanning import Asked
from benchmarks import review_queue, what_if


def main(size: int) -> None:
    with TemporaryDirectory(prefix="winnow-bench-") as home, what_if._installation(Path(home)):
        dataset_id = review_queue.fill(size, 1).dataset_id
        _health(dataset_id)
        with _expert(dataset_id, "nothing changes"):
            time.sleep(5)
        for words, values in (
            ("shuffled", {"order": "random", "seed": 7}),
            ("best ones first", {"order": "quality"}),
            ("two reviews", {"reviews_per_sample": 2}),
            ("one review", {}),
            ("a tenth by three", {"more": 3, "more_share": 0.1}),
        ):
            with transaction() as session:
                began = time.perf_counter()
                dataset = session.get_one(Dataset, dataset_id)
                reviewing_plan.change(session, dataset, **{"reviews_per_sample": 1, "order": "quality", **values})
            _work(dataset_id, words, began)
        with transaction() as session:
            began = time.perf_counter()
            session.scalars(select(Corpus).where(Corpus.dataset_id == dataset_id)).all()[0].field = "cardiology"
            replanning.bring(session, session.get_one(Dataset, dataset_id), Asked(order=True))
        _work(dataset_id, "another field", began)
        _health(dataset_id)


def _work(dataset_id: int, words: str, began: float) -> None:
    asked = time.perf_counter() - began
    with transaction() as session:
        job = replanning.latest(session, session.get_one(Dataset, dataset_id))
    assert job is not None
    with _expert(dataset_id, words):
        working.work(session_factory(), job.id, "benchmark")
    print(f"{words}: asked in {1_000 * asked:.0f} ms, done in {time.perf_counter() - began:.1f} s", flush=True)
    with transaction() as session:
        assert session.get_one(Job, job.id).state is JobState.SUCCEEDED


def _health(dataset_id: int) -> None:
    for _ in range(2):
        with transaction() as session:
            began = time.perf_counter()
            found = queue_health.of(session, session.get_one(Dataset, dataset_id))
            print(f"health: {1_000 * (time.perf_counter() - began):.0f} ms, sound: {found.is_sound}", flush=True)


@contextmanager
def _expert(dataset_id: int, words: str) -> Iterator[None]:
    done, times = threading.Event(), ([], [])  # type: ignore[var-annotated]

    def review() -> None:
        with transaction() as session:
            mine = select(Membership.user_id).where(Membership.dataset_id == dataset_id)
            expert_id = session.scalars(mine).all()[0]
        while not done.is_set():
            began = time.perf_counter()
            with transaction() as session:
                dataset, expert = session.get_one(Dataset, dataset_id), session.get_one(User, expert_id)
                slot = reviewing.next_slots(session, dataset, expert, 2)[0]
            middle = time.perf_counter()
            with transaction() as session:
                dataset, expert = session.get_one(Dataset, dataset_id), session.get_one(User, expert_id)
                key = f"{slot.id} {began}"
                reviewing.submit(session, dataset, expert, slot.id, Decision.APPROVE, idempotency_key=key)
            times[0].append(1_000 * (middle - began))
            times[1].append(1_000 * (time.perf_counter() - middle))
            time.sleep(0.02)

    thread = threading.Thread(target=review)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    for name, found in zip(("claim", "answer"), times, strict=True):
        p95 = statistics.quantiles(found, n=20)[-1]
        print(
            f"  {words}, {name}: median {statistics.median(found):.0f}, p95 {p95:.0f}, max {max(found):.0f} ms",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 100_000)
