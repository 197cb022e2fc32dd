"""Files of old releases go by the dataset's rule, never while anything else is made of them, and can be written again."""

import os
import time
from pathlib import Path

import pytest

from app import db
from app.models import Dataset, JobState, Release, ReleaseState, SampleState
from app.services import blobs, release_expiry, releases
from app.services.errors import Conflict, NotFound
from tests import factories
from tests.services.engine import add, hurry, make_dataset, release_of, run_sql, work_off
from tests.services.release_folders import released

HOURS = 3_600


@pytest.fixture(autouse=True)
def _engine(database: str, wakes: list[int]) -> None:
    hurry()


@pytest.fixture
def dataset_id() -> int:
    made = make_dataset()
    approve(made, 12)
    return made


def approve(dataset_id: int, number: int) -> None:
    with db.transaction() as session:
        corpus = factories.make_corpus(session, session.get_one(Dataset, dataset_id))
        factories.make_samples(session, corpus, number, state=SampleState.APPROVED)


def paths(release: Release) -> dict[str, Path]:
    with db.transaction() as session:
        return {one.name: blobs.path(one.sha256) for one in releases.files(session, release)}


def age(release: Release, days: int = 0, hours: int = 0) -> None:
    """As if it had been written, and its files removed where they are, so long ago."""
    past = f"{days} days {hours} hours"
    run_sql(
        "UPDATE jobs SET finished_at = finished_at - CAST(:past AS interval) WHERE id = :job",
        past=past,
        job=release.job_id,
    )
    run_sql(
        "UPDATE releases SET files_removed_at = files_removed_at - CAST(:past AS interval) WHERE id = :id",
        past=past,
        id=release.id,
    )
    for path in paths(release).values():
        if path.exists():
            then = time.time() - (days * 24 + hours) * HOURS
            os.utime(path, (then, then))


def remove(release: Release) -> None:
    with db.transaction() as session:
        release_expiry.remove(session, session.get_one(Release, release.id))


def sweep() -> int:
    with db.transaction() as session:
        return release_expiry.sweep(session)


def apply(dataset_id: int, newest: int | None = None, days: int | None = None) -> int:
    with db.transaction() as session:
        release_expiry.keep(session, session.get_one(Dataset, dataset_id), newest, days)
    with db.transaction() as session:
        return release_expiry.apply(session)


def is_removed(release: Release) -> bool:
    return release_of(release.id).files_removed_at is not None


def test_removed_files_cannot_be_fetched_and_their_bytes_go_after_an_hour(dataset_id: int) -> None:
    release = released(dataset_id)
    remove(release)
    with db.transaction() as session, pytest.raises(NotFound, match="removed to make room"):
        releases.file_path(session, release_of(release.id), "manifest.json")
    assert sweep() == 0
    assert all(path.exists() for path in paths(release).values())
    age(release, hours=2)
    assert sweep() == len(paths(release))
    assert not any(path.exists() for path in paths(release).values())
    kept = release_of(release.id)
    assert (kept.state, kept.sha256, kept.rows) == (ReleaseState.PUBLISHED, release.sha256, 12)
    assert kept.manifest == release.manifest
    assert sweep() == 0
    with pytest.raises(Conflict):
        remove(release)


def test_written_again_they_are_the_same_to_the_last_byte(dataset_id: int) -> None:
    release = released(dataset_id, splits={"test": 0.3})
    before = {name: path.read_bytes() for name, path in paths(release).items()}
    remove(release)
    age(release, hours=2)
    assert sweep()
    run_sql("UPDATE samples SET state = 'queued'")  # the rows are frozen: this must not matter
    with db.transaction() as session:
        release_expiry.write_again(session, session.get_one(Release, release.id))
    assert work_off(int(release_of(release.id).job_id or 0)).state is JobState.SUCCEEDED
    again = release_of(release.id)
    assert (again.sha256, again.files_removed_at, again.published_at) == (release.sha256, None, release.published_at)
    assert {name: path.read_bytes() for name, path in paths(release).items()} == before
    with db.transaction() as session, pytest.raises(Conflict):
        release_expiry.write_again(session, session.get_one(Release, release.id))


def test_bytes_that_something_else_is_made_of_stay(dataset_id: int) -> None:
    one, twin = released(dataset_id), released(dataset_id)
    assert one.sha256 == twin.sha256
    remove(one)
    age(one, hours=2)
    assert sweep() == 0
    remove(twin)
    age(twin, hours=2)
    data = next(path for name, path in paths(one).items() if name.endswith(".jsonl"))
    add(make_dataset(name="Another"), data.read_bytes())  # somebody uploads a released file as a corpus
    os.utime(data, (0, 0))
    assert sweep() == len(paths(one)) - 1
    assert data.exists()


def test_bytes_that_were_stored_a_moment_ago_stay(dataset_id: int) -> None:
    release = released(dataset_id)
    remove(release)
    age(release, hours=2)
    data = next(path for name, path in paths(release).items() if name.endswith(".jsonl"))
    with blobs.incoming() as file:  # as a worker stores it before the database knows
        file.write(data.read_bytes())
        file.keep()
    assert sweep() == len(paths(release)) - 1
    assert data.exists()


def test_the_newest_stay_and_what_was_written_today(dataset_id: int) -> None:
    found = []
    for _ in range(3):
        approve(dataset_id, 1)
        found.append(released(dataset_id))
    assert apply(dataset_id, newest=1) == 0
    for one in found:
        age(one, days=3)
    assert apply(dataset_id) == 0
    assert apply(dataset_id, newest=2) == 1
    assert [is_removed(one) for one in found] == [True, False, False]


def test_days_and_number_keep_each_what_they_keep(dataset_id: int) -> None:
    found = []
    for days in (30, 20, 3):
        approve(dataset_id, 1)
        found.append(released(dataset_id))
        age(found[-1], days=days)
    assert apply(dataset_id, newest=1, days=25) == 1
    assert [is_removed(one) for one in found] == [True, False, False]
    assert apply(dataset_id, days=10) == 1
    assert [is_removed(one) for one in found] == [True, True, False]


def test_other_datasets_keep_theirs(dataset_id: int) -> None:
    release = released(dataset_id)
    age(release, days=300)
    assert apply(make_dataset(name="Another"), newest=1, days=1) == 0
    assert not is_removed(release)
