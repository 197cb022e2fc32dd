"""`winnow dedup` as a person calls it: exit codes, counts and sentences."""

from pathlib import Path

import orjson
import pytest

from tests.cli.test_curating import winnow

SALT = "Salt is a mineral that people have long used to keep their food from going bad in the heat of summer."


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps({"text": text}) for text in (SALT, "Else.", SALT.lower())))
    return path


def test_copies_are_found_and_counted(texts: Path, tmp_path: Path) -> None:
    done = winnow("dedup", texts, "--output", tmp_path / "out", "--threshold", "0.8", "--workers", "2", "--records")
    assert done.returncode == 0, done.stderr
    assert "kept\t2\ndropped\t1\nclusters\t1\n" in done.stdout
    cluster = orjson.loads((tmp_path / "out" / "clusters.jsonl").read_bytes())
    assert cluster == {
        "cluster": 0,
        "survivor": "texts.jsonl:0",
        "members": ["texts.jsonl:0", "texts.jsonl:2"],
        "edges": [["texts.jsonl:0", "texts.jsonl:2", 1.0]],
    }
    assert len((tmp_path / "out" / "kept.jsonl").read_bytes().splitlines()) == 2

    again = winnow("dedup", texts, "--output", tmp_path / "out")
    assert again.returncode == 1
    assert "already holds clusters.jsonl" in again.stderr
    assert "Traceback" not in again.stderr


@pytest.mark.parametrize("words", [["--threshold", "0.2"], ["--field", "title"], ["--workers", "0"]])
def test_wrong_words_are_refused_at_once(texts: Path, tmp_path: Path, words: list[str]) -> None:
    assert winnow("dedup", texts, "--output", tmp_path / "out", *words).returncode == 2
    assert not (tmp_path / "out").exists()
