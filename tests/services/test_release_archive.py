"""A whole release as one file: exactly the folder that was released, the same bytes every time, in flat memory."""

import io
import itertools
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from app import db
from app.curation.releasing.verifying import verify
from app.models import Dataset, Release, SampleState
from app.services import release_archive, releases
from app.services.release_archive import Member
from tests import factories
from tests.services.engine import hurry, make_dataset
from tests.services.release_folders import released

Archived = Callable[[Sequence[Member]], Iterator[bytes]]
KINDS: dict[str, Archived] = {"zip": release_archive.as_zip, "tar": release_archive.as_tar}


@pytest.fixture
def release(database: str, wakes: list[int]) -> Release:
    hurry()
    dataset_id = make_dataset()
    with db.transaction() as session:
        corpus = factories.make_corpus(session, session.get_one(Dataset, dataset_id))
        factories.make_samples(session, corpus, 30, state=SampleState.APPROVED)
    return released(dataset_id, splits={"test": 0.2})


def members(release: Release) -> list[Member]:
    with db.transaction() as session:
        return [
            (f"whole/{one.name}", releases.file_path(session, release, one.name))
            for one in releases.files(session, release)
        ]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_what_was_released_and_verifies(release: Release, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"release.{kind}"
    path.write_bytes(b"".join(KINDS[kind](members(release))))
    found = verify(path)
    assert found.problems == []
    names = _names(path)
    assert names == sorted(names)
    assert {name.removeprefix("whole/") for name in names} >= {
        "README.md", "manifest.json", "manifest.json.minisig", "winnow.pub",
    }  # fmt: skip
    damaged = bytearray(path.read_bytes())
    damaged[damaged.index(b'"prompt"') + 3] ^= 1
    path.write_bytes(damaged)
    assert verify(path).problems


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_depend_on_nothing_but_names_and_content(tmp_path: Path, kind: str) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"A" * 5_000)
    other.write_bytes(b"")
    first = b"".join(KINDS[kind]([("f/a", one), ("f/b", other)]))
    one.touch()
    one.chmod(0o600)
    assert b"".join(KINDS[kind]([("f/b", other), ("f/a", one)])) == first


@pytest.mark.parametrize("kind", KINDS)
def test_memory_stays_flat_and_the_first_bytes_come_at_once(tmp_path: Path, kind: str) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(200 << 20)
    tracemalloc.start()
    stream = KINDS[kind]([("f/large", large)])
    sizes = [len(one) for one in stream]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(sizes) > 200 << 20
    assert max(sizes) < 2 << 20
    assert peak < 8 << 20


def test_a_tar_ends_as_tars_end_and_takes_long_names(tmp_path: Path) -> None:
    one = tmp_path / "one"
    one.write_bytes("äöü".encode())
    long = "ä" * 120 + "/" + "b" * 150
    made = b"".join(release_archive.as_tar([(long, one)]))
    assert len(made) % tarfile.RECORDSIZE == 0
    with tarfile.open(fileobj=io.BytesIO(made)) as archive:
        assert archive.getnames() == [long]
    assert b"".join(itertools.islice(release_archive.as_zip([(long, one)]), 2))


def _names(path: Path) -> list[str]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            return archive.namelist()
    with tarfile.open(path) as tar:
        return tar.getnames()
