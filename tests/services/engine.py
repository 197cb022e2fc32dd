"""Datasets, files and work for tests of the engine: real commits, and work done in this process."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import orjson
from sqlalchemy import text

import app.services.kinds  # noqa: F401 - makes every kind of job known
from app import db
from app.models import Corpus, CorpusState, Dataset, Job, JobState, Release, ReleaseState
from app.services import blobs, corpora, jobs, releases, runs, working
from tests import factories


def hurry() -> None:
    """Let commits of this test's database not wait for the disk: what a transaction shows to others is the same."""
    with db.transaction() as session:
        name = session.scalar(text("SELECT current_database()"))
        session.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    db.get_engine().dispose()


def make_dataset(**values: Any) -> int:
    with db.transaction() as session:
        return factories.make_dataset(session, **values).id


def jsonl(records: Iterable[Any]) -> bytes:
    """Records as lines; bytes are taken as they are."""
    return b"".join((one if isinstance(one, bytes) else orjson.dumps(one)) + b"\n" for one in records)


def add(dataset_id: int, content: bytes, file_name: str = "corpus.jsonl") -> int:
    """Take in a file; its import is planned, not done. Returns the corpus's number."""
    with blobs.incoming() as file:
        file.write(content)
        stored = file.keep()
    with db.transaction() as session:
        return corpora.add(session, dataset_id, stored, file_name=file_name).id


def read(dataset_id: int, content: bytes, file_name: str = "corpus.jsonl") -> Corpus:
    """Take in a file and read it to its end."""
    corpus_id = add(dataset_id, content, file_name)
    work_off(import_job(corpus_id).id)
    return corpus(corpus_id)


def start_run(dataset_id: int) -> tuple[int, int]:
    """(run, job) of the newest recipe; nothing is done yet."""
    with db.transaction() as session:
        run = runs.start(session, session.get_one(Dataset, dataset_id))
        assert run.job_id is not None
        return run.id, run.job_id


def run(dataset_id: int) -> int:
    """Apply the newest recipe and wait. Returns the run's number."""
    run_id, job_id = start_run(dataset_id)
    work_off(job_id)
    return run_id


def work_off(job_id: int) -> Job:
    """Do all that is free of a job, as one worker."""
    working.work(db.session_factory(), job_id, "test")
    return job(job_id)


def write_release(release_id: int, job_id: int) -> Release:
    """Check a release and, if nothing holds it back, write it."""
    assert work_off(job_id).state is JobState.SUCCEEDED
    assert work_off(writing(release_id)).state is JobState.SUCCEEDED
    return release_of(release_id)


def writing(release_id: int) -> int:
    """The job that writes a release, once it is checked."""
    found = release_of(release_id)
    assert found.state is ReleaseState.WRITING
    return int(found.job_id or 0)


def release_of(release_id: int) -> Release:
    with db.transaction() as session:
        return session.get_one(Release, release_id)


def released(release: Release) -> bytes:
    """All rows of a release, file after file."""
    with db.transaction() as session:
        files = [one for one in releases.files(session, release) if one.rows is not None]
        return b"".join(releases.file_path(session, release, file.name).read_bytes() for file in files)


def job(job_id: int) -> Job:
    with db.transaction() as session:
        return session.get_one(Job, job_id)


def corpus(corpus_id: int) -> Corpus:
    with db.transaction() as session:
        return session.get_one(Corpus, corpus_id)


def import_job(corpus_id: int) -> Job:
    with db.transaction() as session:
        found = corpora.import_job(session, session.get_one(Corpus, corpus_id))
        assert found is not None
        return found


def rows(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with db.transaction() as session:
        return [tuple(row) for row in session.execute(text(statement), values)]


def run_sql(statement: str, **values: Any) -> None:
    with db.transaction() as session:
        session.execute(text(statement), values)


def forsake(job_id: int) -> None:
    """As if the workers of a job had been gone for longer than they may."""
    run_sql(
        "UPDATE shards SET heartbeat_at = now() - interval '1 hour' WHERE job_id = :job AND state = 'running'",
        job=job_id,
    )


def check_sums(one: Corpus) -> None:
    """lines = accepted + refused + copies + passages, and there is a row for each of them."""
    assert one.lines == one.accepted + one.refused + one.copies + one.passages
    counted = [
        rows(f"SELECT count(*) FROM {table} WHERE corpus_id = :corpus", corpus=one.id)[0][0]
        for table in ("samples", "refused_lines", "exact_copies")
    ]
    assert counted == [one.accepted, one.refused, one.copies]


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run calls in threads that start at the same moment; the first error is raised."""
    barrier = Barrier(len(calls))

    def start(call: Callable[[], Any]) -> Any:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(start, call) for call in calls]]


READ_STATES = {CorpusState.READY, CorpusState.FAILED, CorpusState.UNMAPPED}
ACTIVE = jobs.ACTIVE
