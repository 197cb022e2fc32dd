"""A release of a million rows beside raw COPY, and an expert meanwhile: python -m benchmarks.release [ROWS [FORMAT]]

Rows are made by SQL in a real PostgreSQL of its own. The release is checked and written by a worker process of its own,
whose peak memory is told; COPY reads the same rows with the same joins, in the same order, into a file.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

import app.services.kinds  # noqa: F401 - makes every kind of job known
from app import attach, process
from app.curation.releasing.composition import Composition
from app.db import session_factory, transaction
from app.models import Corpus, CorpusState, Dataset, Release, ReleaseState
from app.services import releases, working
from benchmarks import bulk

ROWS, FORMAT = 1_000_000, "messages"
QUEUED = 20_000
"""Samples that an expert works on meanwhile."""
_SAMPLES = """
    INSERT INTO samples (dataset_id, corpus_id, number, file, position, form, content, metadata, content_hash, question,
        answer, state)
    SELECT :dataset, :corpus, n, 'made.jsonl', n, 'instruction',
        json_build_object('prompt', 'How often is dose ' || n || ' of ' || md5(n::text) || ' given?', 'response',
            'Twice a day, as ' || md5((n + 1)::text) || repeat(' and after a meal with water', 14) || '.'), '{}',
        decode(md5(:corpus || ' ' || n), 'hex'), 'How often', 'Twice a day', 'approved'
    FROM generate_series(1, :count) AS n
"""
_COPY = """
    COPY (SELECT s.form, coalesce(r.content, s.content), s.metadata
          FROM release_rows rr JOIN samples s ON s.id = rr.sample_id LEFT JOIN revisions r ON r.id = rr.revision_id
          WHERE rr.release_id = {release} ORDER BY rr.position) TO STDOUT
"""


def main(rows: int, format: str) -> None:
    with TemporaryDirectory(prefix="winnow-bench-") as home, bulk._installation(Path(home)):
        dataset_id, _, people = bulk._fill([QUEUED])
        _fill(dataset_id, rows)
        bulk._watched(dataset_id, people[1], lambda: time.sleep(10), "an expert alone")
        with transaction() as session:
            made = releases.compose(session, session.get_one(Dataset, dataset_id), Composition(format=format))

        def check() -> None:
            print(f"check: {_worker(_job(made.id)):.1f} s")

        def write() -> None:
            seconds = _worker(_job(made.id))
            print(f"write: {seconds:.1f} s, {rows / seconds:,.0f} rows a second")

        bulk._watched(dataset_id, people[1], check, "an expert while rows are checked")
        bulk._watched(dataset_id, people[1], write, "an expert while files are written")
        with transaction() as session:
            release = session.get_one(Release, made.id)
            assert release.state is ReleaseState.PUBLISHED, release.state
            print(f"{release.rows:,} rows, {release.size or 0:,} bytes")
        seconds = _copied(made.id, Path(home) / "copy")
        print(f"COPY TO of the same rows: {seconds:.1f} s, {rows / seconds:,.0f} rows a second")


def _fill(dataset_id: int, rows: int) -> None:
    with bulk._timed(f"fill with {rows:,} approved samples"), transaction() as session:
        corpus = Corpus(
            dataset_id=dataset_id, name="Approved", file_name="made.jsonl", sha256="x", size=1, accepted=rows,
            state=CorpusState.READY,
        )  # fmt: skip
        session.add(corpus)
        session.flush()
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(_SAMPLES), {"dataset": dataset_id, "corpus": corpus.id, "count": rows})
    with transaction() as session:
        session.execute(text("ANALYZE samples"))


def _job(release_id: int) -> int:
    with transaction() as session:
        return int(session.get_one(Release, release_id).job_id or 0)


def _worker(job_id: int) -> float:
    """Seconds of a job in a process of its own, once it has started; it prints its peak memory."""
    command = [sys.executable, "-m", "benchmarks.release", "job", str(job_id), os.environ["DATABASE_URL"]]
    told = subprocess.run(["nice", *command], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    print(*told[:-1], sep="\n", flush=True)
    return float(told[-1])


def _work(job_id: int, url: str) -> None:
    import resource

    attach.use(url, "")
    bulk.queue.send = lambda job_id, count=1: None
    process.settle()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    working.work(session_factory(), job_id, "benchmark")
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"  worker: peak {peak / 1024:,.0f} MiB, {before / 1024:,.0f} MiB when it began", seconds, sep="\n")


def _copied(release_id: int, target: Path) -> float:
    began = time.perf_counter()
    with transaction() as session, target.open("wb") as file:
        driver = session.connection().connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(_COPY.format(release=release_id)) as copy:  # type: ignore[union-attr]
            for chunk in copy:
                file.write(chunk)
    return time.perf_counter() - began


if __name__ == "__main__":
    if sys.argv[1:2] == ["job"]:
        _work(int(sys.argv[2]), sys.argv[3])
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else ROWS, sys.argv[2] if sys.argv[2:] else FORMAT)
