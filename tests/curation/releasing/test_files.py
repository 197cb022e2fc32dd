"""Files of a release: the same bytes for the same rows, little memory, and nothing left by a writer that was killed."""

import gc
import io
import os
import subprocess
import sys
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
import zstandard

from app.curation.exporter import exporters
from app.curation.releasing import tables
from app.curation.releasing.files import Compressed, JsonLines
from app.curation.sample import Json
from tests.consumers import material


class OnlyWrites:
    """What a file of the blob store can: be written to, and nothing else."""

    def __init__(self) -> None:
        self._data = bytearray()
        self.is_closed = False

    def write(self, chunk: bytes) -> None:
        assert not self.is_closed
        self._data += chunk

    @property
    def data(self) -> bytes:
        return bytes(self._data)


def rows_of(key: str) -> list[Json]:
    return [row for example in material.examples(key)["train"] for row in exporters()[key]().rows(example)]


def written(key: str, rows: list[Json], compress: bool = False) -> bytes:
    file: Any = OnlyWrites()
    if not compress:
        with exporters()[key]().writer(file) as writer:
            for row in rows:
                writer.write(row)
        return file.data
    with Compressed(file) as packed, exporters()[key]().writer(packed) as writer:  # type: ignore[arg-type]
        for row in rows:
            writer.write(row)
    return file.data


@pytest.mark.parametrize("key", exporters())
@pytest.mark.parametrize("compress", [False, True], ids=["plain", "zst"])
def test_the_same_rows_give_the_same_bytes(key: str, compress: bool) -> None:
    rows = rows_of(key)
    first = written(key, rows, compress)
    assert first
    assert written(key, orjson.loads(orjson.dumps(rows)), compress) == first


def test_compressed_bytes_are_those_of_the_plain_file() -> None:
    rows = rows_of("messages") * 500
    packed, plain = written("messages", rows, compress=True), written("messages", rows)
    assert zstandard.ZstdDecompressor().decompressobj().decompress(packed) == plain
    assert len(packed) < len(plain) / 5


@pytest.mark.parametrize("key", exporters())
def test_a_writer_counts_the_rows_of_its_file(key: str) -> None:
    with exporters()[key]().writer(io.BytesIO()) as writer:
        for row in rows_of(key):
            writer.write(row)
    assert writer.rows == (8 if key == "fewshot" else len(rows_of(key)))


@pytest.mark.parametrize("key", exporters())
def test_without_rows_there_is_still_a_file_that_can_be_read(key: str) -> None:
    data = written(key, [])
    if exporters()[key].suffix == "parquet":
        assert pq.read_table(io.BytesIO(data)).num_rows == 0


@pytest.mark.parametrize("key", ["messages", "parquet", "labels_csv", "fewshot"])
def test_an_interrupted_writer_writes_nothing_more(key: str) -> None:
    file: Any = OnlyWrites()
    with pytest.raises(KeyboardInterrupt):
        _interrupted(key, file)
    file.is_closed = True
    gc.collect()
    if key != "messages":
        assert file.data == b""


def _interrupted(key: str, file: Any) -> None:
    with Compressed(file) as packed, exporters()[key]().writer(packed) as writer:  # type: ignore[arg-type]
        for row in rows_of(key):
            writer.write(row)
        raise KeyboardInterrupt


KILLED = """
import io, os, signal, sys
from app.curation.exporter import exporters
from tests.curation.releasing.test_files import rows_of
for key in ("parquet", "labels_csv"):
    writer = exporters()[key]().writer(io.BytesIO())
    for row in rows_of(key) * 200:
        writer.write(row)
print("written", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writer_leaves_no_file(tmp_path: Path) -> None:
    env = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    ended = subprocess.run([sys.executable, "-c", KILLED], env=env, capture_output=True, check=False)
    assert (ended.returncode, ended.stdout) == (-9, b"written\n"), ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_files_of_a_release_have_the_same_columns_whatever_their_rows_hold() -> None:
    exporter = exporters()["parquet"]()
    with_tools = list(exporter.rows(material.tool_chat(1)))
    without = list(exporter.rows(material.chat(2)))
    schemas = [pq.read_schema(io.BytesIO(written("parquet", rows))) for rows in (with_tools, without)]
    assert schemas[0] == schemas[1]
    assert schemas[0].names == ["messages", "tools"]


def read_back(rows: list[Json]) -> tuple[list[Json], dict[str, str]]:
    table = pq.read_table(io.BytesIO(written("parquet", rows)))
    return table.to_pylist(), {field.name: str(field.type) for field in table.schema}


def test_fields_that_no_layout_knows_get_a_type_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "GROUP_ROWS", 2)
    further: list[Json] = [
        {"source": {"file": "a", "line": 1}, "n": 1, "mixed": 1, "none": None, "hollow": {}},
        {"source": {"file": "b", "page": "x"}, "n": 2, "mixed": 2},
        {"n": 2.5, "mixed": "three", "tags": []},
        {"tags": ["a"], "mixed": ["four"]},
    ]
    found, types = read_back([{"text": "Salt."} | more for more in further])
    assert types == {
        "text": "string",
        "hollow": "string",
        "mixed": "string",
        "n": "double",
        "none": "string",
        "source": "struct<file: string, line: int64, page: string>",
        "tags": "list<element: string>",
    }
    assert [row["mixed"] for row in found] == ["1", "2", '"three"', '["four"]']
    assert [row["n"] for row in found] == [1.0, 2.0, 2.5, None]
    assert found[1]["source"] == {"file": "b", "line": None, "page": "x"}
    assert (found[0]["hollow"], found[3]["tags"]) == ("{}", ["a"])


def test_row_groups_are_bounded_and_so_is_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "GROUP_BYTES", 1_000_000)
    with tempfile.TemporaryFile() as file:
        tracemalloc.start()
        with exporters()["parquet"]().writer(file) as writer:
            for number in range(20_000):
                writer.write({"messages": [{"role": "user", "content": f"{number} " * 200}], "note": number})
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        data = pq.ParquetFile(file)
        assert data.metadata.num_rows == 20_000
        assert data.num_row_groups > 15
        assert max(data.metadata.row_group(at).num_rows for at in range(data.num_row_groups)) < 2_000
    assert peak < 20_000_000


def test_json_lines_keep_the_order_of_fields() -> None:
    file = io.BytesIO()
    with JsonLines(file) as writer:
        writer.write({"b": 1, "a": "é"})
    assert file.getvalue() == '{"b":1,"a":"é"}\n'.encode()
