"""A row per sample with every measure, its language and its personal data; the same rows with any number of processes."""

from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest

from app.curation import measure_files as module
from app.curation.batch import Batch
from app.curation.folders import FolderRefused
from app.curation.measure_files import measure_files, schema
from app.curation.measuring import all_measures, measure, measuring
from app.curation.readers import FileRefused, read
from app.curation.report import Step

ENGLISH = "Sea water is led into shallow basins, where the sun dries it until only salt is left."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    records = [
        {"prompt": "How is salt made?", "response": ENGLISH},
        {"messages": [{"role": "user", "content": "Who is é bob@x.org?"}, {"role": "assistant", "content": "Bob."}]},
        {"text": "12 13"},
    ]
    path = tmp_path / "some.jsonl"
    path.write_bytes(b"\n".join([*map(orjson.dumps, records), b"{broken"]))
    return path


def test_each_sample_has_a_row(file: Path, tmp_path: Path) -> None:
    output = tmp_path / "new" / "out.parquet"
    steps: list[Step] = []
    done = measure_files([file], output, steps.append)
    assert (done.read, done.refused, done.samples) == (4, 1, 3)
    table = pq.read_table(output)
    assert table.schema.equals(schema())
    assert table["id"].to_pylist() == ["some.jsonl:0", "some.jsonl:1", "some.jsonl:2"]
    assert table["language"].to_pylist() == ["en", None, None]
    assert table["pii"].to_pylist() == [
        [], [{"kind": "email", "field": "messages.0.content", "start": 9, "end": 18}], [],
    ]  # fmt: skip
    assert steps[-1].done == 4


def test_the_measures_are_those_of_the_library(file: Path, tmp_path: Path) -> None:
    measure_files([file], tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    samples = [one for one in read(file, "some.jsonl") if hasattr(one, "content")]
    expected = measure(Batch(samples), measuring())
    for name, meaning in all_measures().items():
        if meaning.kind != "label":
            values = [None if value != value else value for value in expected[name].tolist()]
            assert table[name].to_pylist() == values, name


def test_any_number_of_processes_writes_the_same_bytes(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 1)
    for workers in (1, 2):
        measure_files([file], tmp_path / f"{workers}.parquet", workers=workers)
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()


def test_row_groups_are_bounded(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 1)
    monkeypatch.setattr(module, "ROW_GROUP", 2)
    measure_files([file], tmp_path / "out.parquet")
    assert pq.ParquetFile(tmp_path / "out.parquet").num_row_groups == 2


def test_an_earlier_result_is_not_replaced_unasked(file: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    output.write_bytes(b"mine")
    with pytest.raises(FolderRefused, match="is there already"):
        measure_files([file], output)
    assert output.read_bytes() == b"mine"
    measure_files([file], output, overwrite=True)
    assert pq.read_table(output).num_rows == 3


def test_a_failure_leaves_nothing_behind(file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"no parquet")
    folder = tmp_path / "results"
    with pytest.raises(FileRefused):
        measure_files([file, broken], folder / "out.parquet")
    assert list(folder.iterdir()) == []


def test_files_without_samples_give_an_empty_table(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"{broken\n")
    measure_files([empty], tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0
