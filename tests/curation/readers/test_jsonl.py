"""JSON Lines: every line at its number and byte, and one bad line costs one line."""

import json
from io import BytesIO

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.curation.readers import Broken, FileRefused, Item, Limits, Record
from app.curation.readers._data import Data
from app.curation.readers._json_lines import line_items
from app.curation.readers._lines import lines
from app.curation.readers.jsonl import JsonLines


def codes(found: list[Item]) -> list[str]:
    return [item.code if isinstance(item, Broken) else "ok" for item in found]


def test_places(items) -> None:
    found = items("a.jsonl", b'\xef\xbb\xbf{"a": 1}\r\n\n  \n{"a": \n{"b": "\xe2\x80\xa8 \\r"}')
    assert codes(found) == ["ok", "not_json", "ok"]
    assert [(item.position, item.line, item.offset) for item in found] == [(0, 1, 3), (1, 4, 17), (2, 5, 24)]
    assert found[2].value == {"b": "\u2028 \r"}


records = st.dictionaries(
    st.sampled_from("abc"), st.text('ab"\\{}:,\u2028\r é', max_size=5) | st.integers(-5, 5), min_size=1
)


pieces_of_lines = st.lists(records | st.sampled_from(["", "  ", "\r", "{", "[1]", "5"]), min_size=1, max_size=8)


@given(pieces_of_lines, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_offsets_point_at_the_very_line(drawn: list, end: str, ended: bool) -> None:
    pieces = [piece if isinstance(piece, str) else json.dumps(piece, ensure_ascii=False) for piece in drawn]
    content = (end.join(pieces) + (end if ended else "")).encode()
    found = list(line_items(JsonLines(Limits()), Data(BytesIO(content)), 0))
    filled = [(number, piece) for number, piece in enumerate(pieces, 1) if piece.strip()]
    assert [item.line for item in found] == [number for number, _ in filled]
    for item, (_, piece) in zip(found, filled, strict=True):
        assert isinstance(item, Record) == piece.startswith('{"')
        assert content[item.offset :].startswith(piece.encode())


@pytest.mark.parametrize("size", [1, 9, 10, 11, 3 << 20])
def test_an_overlong_line_is_one_refusal(items, size: int) -> None:
    content = b'{"a":1}\n' + b"x" * size + b'\n{"a":2}\n'
    found = items("a.jsonl", content, Limits(line=10))
    assert codes(found) == ["ok", "line_too_long" if size > 10 else "not_json", "ok"]
    assert found[2].offset == 8 + size + 1


@given(st.lists(st.binary(max_size=6).filter(lambda line: b"\n" not in line)), st.integers(1, 7))
def test_lines_are_those_between_line_feeds(parts: list[bytes], chunk: int) -> None:
    """For any chunking of the bytes."""
    content = b"\n".join(parts)
    if content.startswith(b"\xef\xbb\xbf"):
        return

    class Drip(Data):
        at = 0

        def read(self, size: int = 0) -> bytes:
            self.at += chunk
            return content[self.at - chunk : self.at]

    expected = content.split(b"\n")
    expected = expected[:-1] if not expected[-1] else expected
    found = list(lines(Drip(BytesIO(b"")), 100))
    assert [line.text for line in found] == expected
    assert all(content[line.offset :].startswith(line.text) for line in found)


def test_megabytes_of_blank_lines(items) -> None:
    blank = b" \n" * (3 << 20)
    (found,) = items("a.jsonl", blank + b'  {"a": 1}\n' + blank)
    assert (found.line, found.offset) == ((3 << 20) + 1, 6 << 20)


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        (b"5\n[1]\nnull\n\"x\"\n", ["not_an_object"] * 4),
        (b'[{"a":1},\n{"a":2}]', ["ok", "ok"]),
        (b'{\n "a": 1\n}\n', ["ok"]),
        (b'{"a":1}{"b":2}\n{"c":3}', ["not_json", "ok"]),
        (b'{"a":\n{"c":3}\n', ["not_json", "ok"]),
        (b'[1]\n[2]\n', ["not_an_object"] * 2),
    ],
)  # fmt: skip
def test_what_is_named_jsonl_but_is_not(items, content: bytes, kinds: list[str]) -> None:
    assert codes(items("a.jsonl", content)) == kinds


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"\n \n\r\n", "no_records"),
        ('{"a": 1}'.encode("utf-16"), "encoding_utf16"),
        ('{"a": 1}'.encode("utf-16-be"), "encoding_utf16"),
        ('{"a": 1}'.encode("utf-16-le"), "encoding_utf16"),
        (b"%PDF-1.7", "type_mismatch"),
        (b"PAR1....", "type_mismatch"),
        (b"\x1f\x8b\x08\x00", "archive_nested"),
        (b"{\n}\n{\n}\n", "looks_like_json"),
    ],
)
def test_files_that_are_refused(items, content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        items("a.jsonl", content)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")
