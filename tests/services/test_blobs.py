"""Stored files: whole or not there, once per content, and nothing left by the dead."""

import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services import blobs
from app.settings import get_settings

DIES = """
import os
from app.services import blobs

with blobs.incoming() as file:
    file.write(b"half")
    os.kill(os.getpid(), 9)
"""


def files() -> list[str]:
    """Everything below the directory of blobs, doors aside."""
    directory = get_settings().blob_dir
    return sorted(
        str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file() and path.name != ".lock"
    )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chunks=st.lists(st.binary(max_size=200), max_size=8))
def test_a_kept_file_is_its_chunks_under_their_hash(chunks: list[bytes]) -> None:
    with blobs.incoming() as file:
        for chunk in chunks:
            file.write(chunk)
        stored = file.keep()
    content = b"".join(chunks)
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert (stored.size, stored.path.read_bytes()) == (len(content), content)
    assert blobs.path(stored.sha256) == stored.path


def test_equal_files_are_kept_once(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"the same")
    (tmp_path / "two").write_bytes(b"the same")
    assert blobs.keep(tmp_path / "one") == blobs.keep(tmp_path / "two")
    assert len(files()) == 1


def test_a_file_is_not_there_until_it_is_whole() -> None:
    with blobs.incoming() as file:
        file.write(b"half")
        name = hashlib.sha256(b"half").hexdigest()
        assert not blobs.path(name).exists()
        file.keep()
        assert blobs.path(name).exists()


def test_an_abandoned_file_leaves_nothing() -> None:
    def break_off() -> None:
        with blobs.incoming() as file:
            file.write(b"half")
            raise RuntimeError("the connection broke")

    with pytest.raises(RuntimeError):
        break_off()
    assert files() == []


def test_what_a_killed_process_left_goes_when_the_next_file_begins() -> None:
    assert subprocess.run([sys.executable, "-c", DIES], check=False).returncode == -9
    assert len(files()) == 1

    with blobs.incoming() as living:
        living.write(b"living")
        (left,) = files()
        with blobs.incoming():
            assert left in files()  # of two that live, neither removes the other's
        stored = living.keep()
    assert files() == [str(stored.path.relative_to(get_settings().blob_dir))]


@pytest.mark.parametrize("size", [10, 1 << 20])
def test_a_full_disk_is_a_refusal_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    directory = get_settings().blob_dir / blobs.TEMPORARY
    directory.mkdir(parents=True)
    os.symlink("/dev/full", directory / "full")
    file = blobs.Incoming(directory / "full")
    with pytest.raises(blobs.NoSpace, match="Free some space") as refused:
        fill(file, size)
    file.close()
    assert isinstance(refused.value.__cause__, OSError)
    assert refused.value.__cause__.errno == errno.ENOSPC
    assert not os.path.lexists(directory / "full")


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "a" * 63, "/" * 64])
def test_only_a_hash_is_a_name(name: str) -> None:
    with pytest.raises(ValueError):
        blobs.path(name)


def test_free_space_is_told() -> None:
    assert blobs.free_bytes() > 0


def fill(file: blobs.Incoming, size: int) -> None:
    """Large chunks meet the disk at once, small ones when the file is kept."""
    file.write(b"x" * size)
    file.keep()
