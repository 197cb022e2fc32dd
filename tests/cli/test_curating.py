"""`winnow curate` as a person calls it: exit codes and sentences."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest


def winnow(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "app.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    rows = [{"Frage": f"Was ist {number}?", "Antwort": f"Die Zahl nach {number - 1}."} for number in range(3)]
    path = tmp_path / "odd.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return path


def test_unknown_columns_are_named_and_can_be_mapped(odd: Path, tmp_path: Path) -> None:
    asked = winnow("curate", odd, "--output", tmp_path / "out")
    assert asked.returncode == 1
    assert "odd.jsonl are not known (Frage, Antwort)" in asked.stderr
    assert "--column prompt=" in asked.stderr
    assert "Traceback" not in asked.stderr

    done = winnow(
        "curate", odd, "--output", tmp_path / "out", "--column", "prompt=Frage", "--column", "response=Antwort"
    )
    assert done.returncode == 0
    assert "kept\t3" in done.stdout


@pytest.mark.parametrize("words", [["--column", "Frage"], ["--column", "prompt=Frage"], ["--workers", "0"]])
def test_wrong_words_are_refused_at_once(odd: Path, tmp_path: Path, words: list[str]) -> None:
    found = winnow("curate", odd, "--output", tmp_path / "out", *words)
    assert found.returncode == 2
    assert not (tmp_path / "out").exists()
