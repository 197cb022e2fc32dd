"""A worker is killed anywhere in a release: afterwards there is nothing, or the complete release, the same to the bit."""

from pathlib import Path

import pytest
import redis

from app import db
from app.curation.releasing.composition import Composition, Layout, Splits
from app.models import Dataset, Release, ReleaseState
from app.services import blobs, releases
from app.settings import get_settings
from tests import factories
from tests.faults.installation import kill, wait_for, worker
from tests.faults.test_worker_killed import QUICK
from tests.services.engine import make_dataset, release_of, rows, run_sql, write_release

ROWS = 24_000
PLAN = Composition(
    format="messages",
    layout=Layout(shard_rows=1_000, compression="zstd"),
    splits=Splits(validation=0.1, test=0.1, seed=7),
)
CHECKED = """
    SELECT count(*) FROM release_tallies WHERE release_id = :release
"""
WRITTEN = """
    SELECT count(*) FROM release_files WHERE release_id = :release
"""
Files = list[tuple[str, str]]


@pytest.fixture
def dataset_id(broker: "redis.Redis") -> int:
    """Every sample approved."""
    made = make_dataset(name="Ward answers")
    with db.transaction() as session:
        corpus_id = factories.make_corpus(session, session.get_one(Dataset, made)).id
    run_sql(
        """
        INSERT INTO samples (dataset_id, corpus_id, number, file, position, form, content, metadata, content_hash,
            question, answer, state)
        SELECT :dataset, :corpus, n, 'made.jsonl', n, 'instruction',
            json_build_object('prompt', 'What is ' || md5(n::text) || '?', 'response', md5((n + 1)::text) || ' it is.'),
            '{}', decode(md5(n::text), 'hex'), '', '', 'approved' FROM generate_series(1, :rows) AS n
        """,
        dataset=made,
        corpus=corpus_id,
        rows=ROWS,
    )
    return made


def compose(dataset_id: int) -> int:
    with db.transaction() as session:
        return releases.compose(session, session.get_one(Dataset, dataset_id), PLAN).id


def undisturbed(dataset_id: int) -> Files:
    """The files of a release that this very process writes alone."""
    release_id = compose(dataset_id)
    write_release(release_id, int(release_of(release_id).job_id or 0))
    return files(release_id)


def files(release_id: int) -> Files:
    """(name, sha256), of a release whose bytes are all where they should be."""
    with db.transaction() as session:
        release = session.get_one(Release, release_id)
        assert release.state is ReleaseState.PUBLISHED
        listed = releases.files(session, release)
    for file in listed:
        assert blobs.path(file.sha256).stat().st_size == file.size
    return [(file.name, file.sha256) for file in listed]


@pytest.mark.parametrize(
    "moment", [pytest.param("while it is checked", marks=pytest.mark.thorough), "while files are written"]
)
def test_a_release_is_whole_or_not_there(dataset_id: int, tmp_path: Path, moment: str) -> None:
    expected = undisturbed(dataset_id)
    before = len(stored())
    with worker(tmp_path / "log", **QUICK) as first:
        wait_for("a worker", lambda: rows("SELECT 1 FROM workers"))
        release_id = compose(dataset_id)
        statement = CHECKED if "checked" in moment else WRITTEN
        wait_for("half of it", lambda: rows(statement, release=release_id)[0][0])
        kill(first)
    halfway = release_of(release_id)
    assert halfway.state is (ReleaseState.CHECKING if "checked" in moment else ReleaseState.WRITING)
    assert halfway.sha256 is None

    with worker(tmp_path / "log", **QUICK):
        wait_for("the end", lambda: release_of(release_id).state is ReleaseState.PUBLISHED)
    assert files(release_id) == expected
    assert len(stored()) == before, "the same bytes are kept once, and nothing half-written is left"


def stored() -> list[Path]:
    return [path for path in get_settings().blob_dir.rglob("*") if path.is_file() and not path.name.startswith(".")]


@pytest.mark.thorough
def test_any_number_of_workers_writes_the_same_bytes(dataset_id: int, tmp_path: Path) -> None:
    expected = undisturbed(dataset_id)
    for processes in (1, 4):
        with worker(tmp_path / "log", processes=processes, **QUICK):
            release_id = compose(dataset_id)
            wait_for("the end", lambda made=release_id: release_of(made).state is ReleaseState.PUBLISHED)
        assert files(release_id) == expected
    assert len([name for name, _ in expected if name.startswith("data/")]) > 20
