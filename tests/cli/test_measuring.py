"""`winnow measure` as a person calls it."""

from pathlib import Path

import pyarrow.parquet as pq

from tests.cli.test_curating import winnow


def test_a_table_is_written_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text('{"text": "Write to bob@x.org."}\n{broken\n')
    done = winnow("measure", file, "--output", tmp_path / "out.parquet")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "read\t2\nrefused\t1\nsamples\t1\n"
    assert pq.read_table(tmp_path / "out.parquet")["pii_email"].to_pylist() == [1.0]

    again = winnow("measure", file, "--output", tmp_path / "out.parquet")
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert "Traceback" not in again.stderr


def test_wrong_words_are_refused_at_once(tmp_path: Path) -> None:
    assert winnow("measure", tmp_path / "none.jsonl", "--output", tmp_path / "out.parquet").returncode == 2
