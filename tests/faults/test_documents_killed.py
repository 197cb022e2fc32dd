"""A worker is killed in the middle of an archive of documents: another one goes on, and the rows are the same."""

from pathlib import Path

import redis

from app.models import JobState
from tests.faults.installation import kill, wait_for, worker
from tests.services.engine import ACTIVE, check_sums, corpus, import_job, job, make_dataset, rows
from tests.services.test_document_imports import everything, prose, take, taken, zipped

# Enough of them that the worker is still at work when it is killed.
MEMBERS = {f"{number}.txt": prose(f"the {number}th land", 5) for number in range(48)}


def test_an_archive_is_read_to_the_same_rows(broker: "redis.Redis", tmp_path: Path) -> None:
    whole = taken(make_dataset(), zipped(MEMBERS), "salt.zip")
    with worker(tmp_path / "log", WINNOW_STALE_SECONDS="3") as first:
        corpus_id = take(make_dataset(), zipped(MEMBERS), "salt.zip")
        job_id = import_job(corpus_id).id
        wait_for("a document", lambda: rows("SELECT 1 FROM documents WHERE corpus_id = :corpus", corpus=corpus_id))
        kill(first)
        assert job(job_id).state in ACTIVE
        assert corpus(corpus_id).lines < whole.lines
        with worker(tmp_path / "log", WINNOW_STALE_SECONDS="3"):
            wait_for("the end of the import", lambda: job(job_id).state not in ACTIVE)
    assert job(job_id).state is JobState.SUCCEEDED
    check_sums(corpus(corpus_id))
    assert everything(corpus_id) == everything(whole.id)
