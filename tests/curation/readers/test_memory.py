"""Reading takes no more memory for three times as many rows."""

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

RUN = """
import re, sys
from pathlib import Path
from app.curation.readers import read
count = sum(1 for _ in read(Path(sys.argv[1])))
print(count, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""
TEXT = "some words of a document " * 160


def jsonl(path: Path, count: int) -> None:
    path.write_bytes(b"".join(orjson.dumps({"text": f"{n} {TEXT}"}) + b"\n" for n in range(count)))


def json(path: Path, count: int) -> None:
    path.write_bytes(orjson.dumps([{"text": f"{n} {TEXT}"} for n in range(count)]))


def table(path: Path, count: int) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["text"], *([f"{n} {TEXT}"] for n in range(count))])


def parquet(path: Path, count: int) -> None:
    rows = pa.table({"text": [f"{n} {TEXT}" for n in range(count)]})
    pq.write_table(rows, path, row_group_size=2000, use_dictionary=False)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc, which Linux has")
@pytest.mark.parametrize(("suffix", "write"), [("jsonl", jsonl), ("json", json), ("csv", table), ("parquet", parquet)])
def test_peak_memory_is_flat(tmp_path: Path, suffix: str, write: Callable[[Path, int], None]) -> None:
    peaks = []
    for count in (6_000, 18_000):
        path = tmp_path / f"{count}.{suffix}"
        write(path, count)
        run = subprocess.run([sys.executable, "-c", RUN, str(path)], capture_output=True, text=True, check=True)
        read, peak = map(int, run.stdout.split())
        assert read == count
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 16_000, f"{peaks} KiB"
