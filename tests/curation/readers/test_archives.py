"""Packed files and archives: read as a stream, every member accounted for, bombs and broken ones stopped."""

import gzip
import io
import struct
import zipfile
from collections.abc import Callable

import pytest
import zstandard

from app.curation.readers import Broken, FileRefused, Item, Limits

ROWS = b"".join(b'{"text": "row %d"}\n' % number for number in range(5000))
PACKERS: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


def codes(found: list[Item]) -> list[str]:
    return [item.code if isinstance(item, Broken) else "ok" for item in found]


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("name", ["a.jsonl", "A.CSV", "a.json", "a.tsv"])
def test_packed_files_are_read_as_unpacked_ones(items, suffix: str, name: str) -> None:
    content = {"a.jsonl": ROWS, "a.json": b"[" + ROWS.replace(b"\n", b",")[:-1] + b"]"}.get(
        name, b"text\nrow 1\nrow 2\n"
    )
    plain = items(name, content)
    assert len(plain) >= 2
    assert items(name + suffix, PACKERS[suffix](content)) == plain


@pytest.mark.parametrize("suffix", PACKERS)
def test_several_packed_pieces_in_a_row_are_one_file(items, suffix: str) -> None:
    packed = b"".join(PACKERS[suffix](ROWS[at : at + 10_000]) for at in range(0, len(ROWS), 10_000))
    assert len(items("a.jsonl" + suffix, packed)) == 5000


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_truncated_file_ends_with_one_refusal(items, suffix: str) -> None:
    packed = PACKERS[suffix](b"".join(b'{"text": "%d"}\n' % (number * 7919) for number in range(50_000)))
    found = items("a.jsonl" + suffix, packed[: len(packed) // 2])
    assert codes(found)[-1] == "file_truncated"
    assert codes(found)[0] == "ok"
    assert "Reading stopped after" in found[-1].message


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_flipped_byte_never_raises_later(items, suffix: str) -> None:
    packed = bytearray(PACKERS[suffix](ROWS))
    for at in range(10, len(packed), len(packed) // 10):
        broken = bytes(packed[:at]) + bytes([packed[at] ^ 0x55]) + bytes(packed[at + 1 :])
        try:
            found = items("a.jsonl" + suffix, broken)
        except FileRefused as refused:
            found = [Broken(refused.code, refused.message, 0)]
        assert found


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.jsonl.gz", b"plain text", "type_mismatch"),
        ("a.jsonl.zst", b"plain text", "type_mismatch"),
        ("a.zip", b"plain text", "type_mismatch"),
        ("a.zip", b"PK\x05\x06" + b"\xff" * 18, "too_many_members"),
        ("a.gz", gzip.compress(b"{}"), "unsupported_type"),
        ("a.exe", b"MZ", "unsupported_type"),
        ("a.jsonl.gz", gzip.compress(gzip.compress(ROWS)), "archive_nested"),
        ("a.jsonl.gz", gzip.compress(b""), "empty_file"),
        ("a.jsonl", gzip.compress(ROWS), "archive_nested"),
        ("a.zip", b"", "empty_file"),
        ("a.zip", zipped({}), "no_records"),
        ("a.zip", zipped({"a.png": b"x", "b.exe": b"x"}), "unsupported_type"),
        ("a.zip", zipped({"inner.zip": zipped({"a.jsonl": ROWS})}), "archive_nested"),
        ("a.zip", zipped({"a.jsonl.gz": gzip.compress(ROWS), "x.png": b""}), "archive_nested"),
    ],
    # Packed bytes hold the time of packing: two processes that collect tests would name them differently.
    ids=lambda value: value if isinstance(value, str) else "bytes",
)
def test_files_that_are_refused(items, name: str, content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        items(name, content)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


def test_members_are_read_in_order_and_the_others_reported(items) -> None:
    content = zipped(
        {
            "d/": b"",
            "d/a.jsonl": b'{"a":1}\n{"a":2}\n',
            "__MACOSX/a.jsonl": b"junk",
            "logo.png": b"hello",
            "b.csv": b"a\n3\n",
            "empty.jsonl": b"",
            "blank.jsonl": b"\n",
            "x.zip": b"",
            "../../evil.json": b'[{"a":4}]',
        }
    )
    found = items("a.zip", content)
    assert codes(found) == ["ok", "ok", "unsupported_member", "ok", "empty_file", "no_records", "archive_nested", "ok"]


def test_samples_name_their_member(outcomes) -> None:
    found = outcomes(
        "set.zip", zipped({"d/a.jsonl": b'{"text":"1"}\n{"text":"2"}\n', "b.txt": b"", "c.csv": b"text\n3\n"})
    )
    assert [(item.source.file, item.source.position) for item in found] == [
        ("set.zip/d/a.jsonl", 0),
        ("set.zip/d/a.jsonl", 1),
        ("set.zip/b.txt", 0),
        ("set.zip/c.csv", 0),
    ]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_repeated_name_is_reported(items) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a.jsonl", b'{"a":1}')
        archive.writestr("a.jsonl", b'{"a":2}')
    assert codes(items("a.zip", written.getvalue())) == ["ok", "duplicate_member"]


def encrypted(content: bytes) -> bytes:
    """The archive with the encryption bit set in each header (APPNOTE 4.4.4)."""
    changed = bytearray(content)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = changed.find(mark)
        while start >= 0:
            changed[start + at] |= 1
            start = changed.find(mark, start + 4)
    return bytes(changed)


def test_a_locked_archive_is_refused(items, shared) -> None:
    with pytest.raises(FileRefused) as refused:
        items("a.zip", encrypted(zipped({"a.jsonl": ROWS})))
    assert refused.value.code == "archive_encrypted"
    half = items("a.zip", (shared / "bad_binary" / "tika" / "testZipEncrypted.zip").read_bytes())
    assert codes(half) == ["is_document", "archive_encrypted"]


def test_a_damaged_member_does_not_hide_the_next(items) -> None:
    content = bytearray(zipped({"a.jsonl": ROWS, "b.jsonl": b'{"b":1}'}))
    content[2000:2020] = b"\xff" * 20
    found = items("a.zip", bytes(content))
    assert codes(found).count("file_truncated") == 1
    assert codes(found)[-1] == "ok"


def test_a_member_packed_in_an_unknown_way(items) -> None:
    content = bytearray(zipped({"a.jsonl": ROWS, "b.jsonl": b'{"b":1}'}, zipfile.ZIP_STORED))
    struct.pack_into("<H", content, 8, 99)
    struct.pack_into("<H", content, content.find(b"PK\x01\x02") + 10, 99)
    assert codes(items("a.zip", bytes(content))) == ["file_truncated", "ok"]


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_bomb_is_stopped(items, suffix: str) -> None:
    packed = PACKERS[suffix](bytes(80 << 20))
    with pytest.raises(FileRefused) as refused:
        items("a.jsonl" + suffix, packed)
    assert refused.value.code == "unpacked_too_large"


def test_a_bomb_in_an_archive_stops_the_archive(items) -> None:
    content = zipped({"a.jsonl": b'{"a":1}', "b.jsonl": b"\n" * (80 << 20), "c.jsonl": b'{"a":2}'})
    assert codes(items("a.zip", content)) == ["ok", "unpacked_too_large"]


def test_repetitive_text_is_no_bomb(items) -> None:
    found = items("a.jsonl.gz", gzip.compress(b'{"text": "the same line"}\n' * 100_000), Limits(ratio=20))
    assert len(found) == 100_000


def test_the_absolute_limit(items) -> None:
    found = items("a.jsonl.gz", gzip.compress(ROWS), Limits(unpacked=70_000))
    assert codes(found)[0] == "ok"
    assert codes(found)[-1] == "unpacked_too_large"


def test_too_many_members(items) -> None:
    with pytest.raises(FileRefused) as refused:
        items("a.zip", zipped({f"{n}.jsonl": b"" for n in range(11)}), Limits(members=10))
    assert refused.value.code == "too_many_members"
