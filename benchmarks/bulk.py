"""One decision on many samples and its undo, and a stratum accepted on a sample: python -m benchmarks.bulk [DECIDED [STRATUM]]

Rows are made by SQL in a real PostgreSQL of its own; deciding, undoing and accepting go through the services that the
pages use. The samples decided are those at the head of the queue, and while the decision runs an expert keeps reserving
and answering what comes next: the worst case, and how long that takes is measured.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
from sqlalchemy import text
from sqlalchemy.orm import Session

import app.services.kinds  # noqa: F401 - makes every kind of job known
from app import attach, embedded, migrate, queue
from app.db import forget_engine, get_engine, session_factory, transaction
from app.models import (
    Acceptance,
    BulkAction,
    Corpus,
    CorpusState,
    Dataset,
    DatasetForm,
    Decision,
    Purpose,
    SlotPurpose,
    User,
)
from app.services import acceptance, acceptance_jobs, bulk, bulk_undo, reviewing, working
from app.services.samples import Search
from app.services.strata import Stratum

DECIDED, STRATUM = 100_000, 1_000_000
_SAMPLES = """
    INSERT INTO samples (dataset_id, corpus_id, number, file, position, form, content, metadata, content_hash, question,
        answer, state)
    SELECT :dataset, :corpus, n, 'made.jsonl', n, 'instruction',
        json_build_object('prompt', 'Question ' || n, 'response', repeat('An answer of usual length. ', 20)), '{}',
        decode(md5(:corpus || ' ' || n), 'hex'), 'Question ' || n, repeat('An answer of usual length. ', 20), 'queued'
    FROM generate_series(1, :count) AS n
"""
_SLOTS = """
    INSERT INTO slots (dataset_id, sample_id, number) SELECT dataset_id, id, 1 FROM samples WHERE corpus_id = :corpus
"""
_SUM = """
    SELECT md5(string_agg(md5(t::text), '' ORDER BY id)) FROM {table} t WHERE dataset_id = :dataset
"""


def main(decided: int, stratum: int) -> None:
    with TemporaryDirectory(prefix="winnow-bench-") as home, _installation(Path(home)):
        with _timed(f"fill with {decided:,} and {decided:,} and {stratum:,} samples"):
            dataset_id, corpora, people = _fill([decided, decided, stratum])
        _decide(dataset_id, Stratum(Search(corpora=(corpora[0],))), people)
        if stratum:
            _accept(dataset_id, Stratum(Search(corpora=(corpora[2],))), people, stratum)


def _decide(dataset_id: int, stratum: Stratum, people: list[int]) -> None:
    before = _checksum(dataset_id)
    alone = _watched(dataset_id, people[1], lambda: time.sleep(3), "an expert alone: reserve and answer")
    with _timed("preview: what a decision would touch"), transaction() as session:
        print("  ", bulk.reach(session, *_of(session, dataset_id, people[0]), stratum))
    _undo_answers(dataset_id, people[1])
    assert _checksum(dataset_id) == before, "the expert's answers are taken back before the measurement"

    def decide() -> None:
        with _timed("approve all of them"):
            with transaction() as session:
                of = _of(session, dataset_id, people[0])
                bulk.decide(session, *of, stratum, Decision.APPROVE, idempotency_key="benchmark 1")
            made = _worked_off(dataset_id)
            print(f"  {made.count:,} decided, {made.settled:,} settled, {made.audits} audits, left: {made.left}")

    during = _watched(dataset_id, people[1], decide, "an expert meanwhile")
    _watched(dataset_id, people[1], lambda: time.sleep(3), "an expert just after")
    _undo_answers(dataset_id, people[1])
    with _timed("undo"):
        with transaction() as session:
            action = bulk.of(session, dataset_id)[0]
            bulk_undo.undo(session, *_first(session, dataset_id), action.id, session.get_one(User, people[0]))
        print("  ", _worked_off(dataset_id).undone)
    after = _checksum(dataset_id)
    print(f"every row of samples and places as before: {after == before}")
    print(f"slowest answer alone {max(alone):.0f} ms, meanwhile {max(during):.0f} ms")


def _worked_off(dataset_id: int) -> BulkAction:
    """The latest action, once its work is done in this process as by one worker."""
    with transaction() as session:
        action = bulk.of(session, dataset_id)[0]
    if action.job_id:
        working.work(session_factory(), action.job_id, "benchmark")
    with transaction() as session:
        return bulk.of(session, dataset_id)[0]


def _accept(dataset_id: int, stratum: Stratum, people: list[int], size: int) -> None:
    before = _checksum(dataset_id)
    with _timed(f"count what is there of {size:,}"), transaction() as session:
        acceptance.available(session, *_first(session, dataset_id), stratum)
    with _timed("freeze, draw, hold"):
        with transaction() as session:
            promise = {"name": "Benchmark", "tolerable": 0.02, "confidence": 0.95, "allowed": 2}
            of = _of(session, dataset_id, people[0])
            one = acceptance.start(session, *of, stratum, **promise, drawn_by="corpus", seed=1)
        _work(one)
    _judge(dataset_id, people[1])
    judged = _checksum(dataset_id)
    _act(dataset_id, one, "accept", people[0])
    _act(dataset_id, one, "take_back", people[0])
    print(f"every row as before the acceptance: {_checksum(dataset_id) == judged}")
    _act(dataset_id, one, "withdraw", people[0])
    _undo_answers(dataset_id, people[1])
    print(f"every row as at the start, once the expert's answers are taken back: {_checksum(dataset_id) == before}")


def _act(dataset_id: int, one: Acceptance, wanted: acceptance_jobs.Act, person: int) -> None:
    with _timed(wanted):
        with transaction() as session:
            one = acceptance_jobs.act(session, *_first(session, dataset_id), one.id, wanted, session.get_one(User, person))
        _work(one)


def _work(one: Acceptance) -> None:
    if one.job_id:
        working.work(session_factory(), one.job_id, "benchmark")
    with transaction() as session:
        print("  ", session.get_one(Acceptance, one.id).state)


def _judge(dataset_id: int, expert: int) -> None:
    with _timed("the drawn samples judged, one by one"):
        while True:
            with transaction() as session:
                dataset, person = _of(session, dataset_id, expert)
                (slot,) = reviewing.next_slots(session, dataset, person, 1)
                if slot.purpose is not SlotPurpose.ACCEPTANCE:
                    session.rollback()
                    return
                reviewing.submit(session, dataset, person, slot.id, Decision.APPROVE, idempotency_key=f"judge {slot.id}")


def _watched(dataset_id: int, expert: int, act: Callable[[], None], words: str) -> list[float]:
    """Milliseconds of each "reserve the next and answer it" by an expert while `act` runs."""
    taken: list[float] = []
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            began = time.perf_counter()
            with transaction() as session:
                dataset, person = _of(session, dataset_id, expert)
                (slot,) = reviewing.next_slots(session, dataset, person, 1)
            with transaction() as session:
                dataset, person = _of(session, dataset_id, expert)
                key = f"{words} {slot.id}"
                reviewing.submit(session, dataset, person, slot.id, Decision.APPROVE, idempotency_key=key)
            taken.append(1_000 * (time.perf_counter() - began))
            time.sleep(0.02)

    thread = threading.Thread(target=work)
    thread.start()
    act()
    done.set()
    thread.join()
    median, late, worst = np.percentile(taken, [50, 95, 100])
    print(f"  {words}: {len(taken)} answers, median {median:.0f} ms, p95 {late:.0f} ms, slowest {worst:.0f} ms")
    return taken


def _undo_answers(dataset_id: int, expert: int) -> None:
    """As if the watching expert had never been there: the queue's rows must be comparable."""
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        values = {"dataset": dataset_id, "expert": expert}
        for statement in (
            """UPDATE samples SET state = 'queued', decided_at = NULL, revision_id = NULL WHERE id IN (
               SELECT o.sample_id FROM slots o WHERE o.expert_id = :expert AND o.purpose = 'review')""",
            """UPDATE slots SET state = 'open', expert_id = NULL, leased_until = NULL
               WHERE dataset_id = :dataset AND expert_id = :expert""",
            "DELETE FROM reviews WHERE expert_id = :expert",
        ):
            session.execute(text(statement), values)


def _fill(sizes: list[int]) -> tuple[int, list[int], list[int]]:
    with transaction() as session:
        people = [User(name=name, email=name, password_hash="") for name in ("Lead", "Expert")]
        dataset = Dataset(name="Benchmark", form=DatasetForm.INSTRUCTION, purpose=Purpose.TASK)
        session.add_all([*people, dataset])
        session.flush()
        session.execute(text("SET LOCAL session_replication_role = replica"))
        corpora = [_corpus(session, dataset.id, number, size) for number, size in enumerate(sizes)]
    with get_engine().execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return dataset.id, corpora, [person.id for person in people]


def _corpus(session: Session, dataset_id: int, number: int, size: int) -> int:
    made = Corpus(
        dataset_id=dataset_id,
        name=f"Corpus {number}",
        file_name="made.jsonl",
        sha256=str(number),
        size=1,
        accepted=size,
        state=CorpusState.READY,
    )
    session.add(made)
    session.flush()
    values = {"dataset": dataset_id, "corpus": made.id, "count": size}
    session.execute(text(_SAMPLES), values)
    session.execute(text(_SLOTS), values)
    return made.id


def _of(session: Session, dataset_id: int, person_id: int) -> tuple[Dataset, User]:
    return session.get_one(Dataset, dataset_id), session.get_one(User, person_id)


def _first(session: Session, dataset_id: int) -> tuple[Dataset]:
    return (session.get_one(Dataset, dataset_id),)


def _checksum(dataset_id: int) -> list[str]:
    with transaction() as session:
        return [
            session.scalar(text(_SUM.format(table=table)), {"dataset": dataset_id}) or ""
            for table in ("samples", "slots")
        ]


@contextmanager
def _timed(words: str) -> Iterator[None]:
    """Seconds on the clock, and those that the database computed: the latter hardly depend on what else is running."""
    began, used = time.perf_counter(), _computed()
    yield
    print(f"{words}: {time.perf_counter() - began:.1f} s ({_computed() - used:.1f} s of the database's CPU)", flush=True)


def _computed() -> float:
    home = os.environ["BENCHMARK_HOME"]
    server = psutil.Process(int((Path(home) / "postgres" / "postmaster.pid").read_text().split()[0]))
    times = [one.cpu_times() for one in (server, *server.children())]
    # Of connections that are closed by now the server itself keeps count.
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)


@contextmanager
def _installation(home: Path) -> Iterator[None]:
    with embedded.postgres(home) as url:
        migrate.upgrade(url)
        os.environ["BENCHMARK_HOME"] = str(home)
        attach.use(url, "")
        queue.send = lambda job_id, count=1: None  # the work is done in this process
        yield
        forget_engine()


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(given + [DECIDED, STRATUM][len(given) :]))
