"""Parquet: typed columns as plain JSON, damaged and hostile files refused, memory bounded."""

import datetime
import decimal
import io
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.curation.readers import Broken, FileRefused, Limits, read
from app.curation.readers._row_groups import page_size
from app.curation.sample import Sample


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.table(columns), written, **options)
    return written.getvalue()


def test_values(items) -> None:
    day = datetime.datetime(2024, 1, 2, 3, 4, 5)  # noqa: DTZ001 - columns without a zone are what is tested
    columns = {
        "s": ["é"],
        "n": pa.array([None], pa.string()),
        "i": pa.array([2**64 - 1], pa.uint64()),
        "f": [0.5],
        "when": pa.array([day], pa.timestamp("us")),
        "money": [decimal.Decimal("1.50")],
        "raw": [b"bytes"],
        "category": pa.array(["x"]).dictionary_encode(),
        "chat": [[{"role": "user", "content": "Hi", "at": day}]],
        "pairs": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
    }
    (record,) = items("a.parquet", parquet(columns))
    assert record.value == {
        "s": "é",
        "n": None,
        "i": 2**64 - 1,
        "f": 0.5,
        "when": "2024-01-02 03:04:05.000000",
        "money": "1.50",
        "raw": "bytes",
        "category": "x",
        "chat": [{"role": "user", "content": "Hi", "at": "2024-01-02T03:04:05"}],
        "pairs": [["k", 1]],
    }
    assert (record.position, record.line, record.offset) == (0, None, None)


def test_a_time_no_calendar_holds_is_refused(items) -> None:
    """Arrow itself writes ``<value out of range>`` for the year 318857."""
    times = pa.array([0, 10**13, None, 10**11], pa.timestamp("s"))
    found = items("a.parquet", parquet({"at": times}))
    assert [item.code if isinstance(item, Broken) else item.value["at"] for item in found] == [
        "1970-01-01 00:00:00.000",
        "unsupported_value",
        None,
        "5138-11-16 09:46:40.000",
    ]


def test_bad_values_are_one_refusal_each(items) -> None:
    texts = pa.array([b"ok", b"\xff", b"a\x00b", b"ok"]).cast(pa.binary())
    broken = pa.Array.from_buffers(pa.string(), 4, texts.buffers())
    found = items("a.parquet", parquet({"text": broken, "n": [1.0, 2.0, 3.0, float("nan")]}))
    codes = [item.code if isinstance(item, Broken) else "ok" for item in found]
    assert codes == ["ok", "encoding", "nul_char", "non_finite"]
    assert "a␀b" in found[2].excerpt or "\\u0000" in found[2].excerpt


@pytest.mark.parametrize("skip", [0, 1, 9, 10, 11, 25, 30, 31])
def test_skip(items, skip: int) -> None:
    content = parquet({"n": range(30)}, row_group_size=10)
    assert [item.value["n"] for item in items("a.parquet", content, skip=skip)] == list(range(30))[skip:]


def damaged(content: bytes) -> dict[str, tuple[bytes, str]]:
    return {
        "truncated": (content[:-20], "parquet_corrupt"),
        "no end": (content[:40], "parquet_corrupt"),
        "footer length lies": (content[:-8] + b"\xff\xff\xff\x0f" + b"PAR1", "parquet_corrupt"),
        "footer": (content[: len(content) // 2] + b"\x99" * 40 + content[len(content) // 2 + 40 :], "parquet_corrupt"),
        "encrypted": (b"PARE" + content[4:-4] + b"PARE", "encrypted"),
        "no parquet": (b"hello, this is text", "type_mismatch"),
        "tiny": (b"PAR1", "parquet_corrupt"),
        "no rows": (parquet({"a": pa.array([], pa.string())}), "no_records"),
        "empty": (b"", "empty_file"),
    }


GOOD = parquet({"text": ["x" * 100, "y" * 100]}, compression="none", use_dictionary=False)


@pytest.mark.parametrize("name", damaged(GOOD))
def test_damaged_files_are_refused(items, name: str) -> None:
    content, code = damaged(GOOD)[name]
    with pytest.raises(FileRefused) as refused:
        items("a.parquet", content)
    assert refused.value.code == code


def test_every_flipped_byte_ends_well(items) -> None:
    content = parquet({"text": ["hello", "world"], "n": [[1], [2, 3]]})
    refused = Counter()
    for at in range(0, len(content), 3):
        try:
            items("a.parquet", content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        except FileRefused as error:
            refused[error.code] += 1
    assert refused["parquet_corrupt"] > 10
    assert refused["type_mismatch"] == 2


def test_the_page_header_tells_the_dictionary_size() -> None:
    content = parquet({"t": ["x" * 5000] * 10}, compression="zstd")
    column = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(0)
    assert page_size(content[column.dictionary_page_offset :][:16]) == 5004
    assert page_size(b"") is None
    assert page_size(b"\x15\x04\x16") is None


BOMB = """
import re, resource, sys
from app.curation.readers import read
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
count = sum(len(sample.content["messages"][0]["content"]) for sample in read(Path(sys.argv[1]), "bomb.parquet"))
print(count, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.parametrize("nested", [False, True])
def test_a_dictionary_bomb_stays_small(tmp_path: Path, nested: bool) -> None:
    """One value of a megabyte that stands for 3,000: 3 GB as strings, which must never be there at once."""

    def repeated(value: str) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array([0] * 3000, pa.int32()), [value])

    message = pa.StructArray.from_arrays([repeated("user"), repeated("x" * 1_000_000)], ["role", "content"])
    chat = pa.ListArray.from_arrays(pa.array(range(3001), pa.int32()), message)
    columns = {"messages": chat} if nested else {"text": repeated("x" * 1_000_000)}
    path = tmp_path / "bomb"
    path.write_bytes(parquet(columns, compression="zstd"))
    script = BOMB if nested else BOMB.replace('["messages"][0]["content"]', '["text"]')
    run = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-500:]
    count, peak = map(int, run.stdout.split())
    assert count == 3_000_000_000
    assert peak < 600_000


def test_more_than_allowed_is_refused(items) -> None:
    with pytest.raises(FileRefused) as refused:
        items("a.parquet", parquet({"text": ["x" * 10_000]}, compression="zstd"), Limits(unpacked=5_000))
    assert refused.value.code == "unpacked_too_large"


def test_a_chat_is_read_as_from_json(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}]
    path.write_bytes(parquet({"messages": [messages], "n": [1]}))
    (sample,) = read(path)
    assert isinstance(sample, Sample)
    assert sample.content == {"messages": messages}
