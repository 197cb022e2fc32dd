"""JSON documents: elements are cut out at their byte and line, and a broken one does not hide its neighbours."""

import json

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import given

from app.curation.readers import Broken, FileRefused, Item, Limits, Record
from app.curation.readers._data import Data
from app.curation.readers._elements import Elements


def codes(found: list[Item]) -> list[str]:
    return [item.code if isinstance(item, Broken) else "ok" for item in found]


class Drip(Data):
    """Gives the bytes in small pieces."""

    def __init__(self, content: bytes, size: int) -> None:
        self.content, self.size, self.at = content, size, 0

    def read(self, size: int = 0) -> bytes:
        self.at += self.size
        return self.content[self.at - self.size : self.at]


text = st.text(st.sampled_from('ab"\\{}[],: \n\u00e9'), max_size=8)
values = st.recursive(
    st.none() | st.integers() | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(values, max_size=5), st.sampled_from([None, 1]), st.integers(1, 40), st.integers(5, 60))
def test_elements_are_found_for_any_chunking(drawn: list, indent: int | None, chunk: int, limit: int) -> None:
    content = json.dumps(drawn, indent=indent, ensure_ascii=False).encode()
    place = Elements(Drip(content, chunk), limit)
    place.peek()
    place.pass_bytes(1)
    found = list(place.list())
    assert len(found) == len(drawn)
    for element, value in zip(found, drawn, strict=True):
        assert element.line == content[: element.offset].count(b"\n") + 1
        assert content[element.offset :].startswith(element.text)
        if not element.long:
            assert orjson.loads(element.text) == value
    assert place.offset == len(content)


@given(st.binary(max_size=40) | st.text('{}[]",:\\ 1a', max_size=40).map(str.encode), st.integers(1, 20))
def test_any_bytes_end(content: bytes, chunk: int) -> None:
    place = Elements(Drip(content, chunk), 10)
    found = list(place.list())
    assert all(content[element.offset :].startswith(element.text[:5]) for element in found)


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        (b'[{"a":1},{"a":},{"a":3}]', ["ok", "not_json", "ok"]),
        (b'[{"a":1} {"a":2},{"a":3}]', ["not_json", "ok"]),
        (b'[{"a":1},,{"a":3},]', ["ok", "not_json", "ok", "not_json"]),
        (b'[{"a":1]},{"a":3}]', ["not_json", "ok"]),
        (b'[{"a":1}},{"a":3}]', ["not_json", "ok"]),
        (b'[{"a":1},{"a":"\xff"},5,{"a":3}]', ["ok", "encoding", "not_an_object", "ok"]),
        (b'[{"a":1},{"a":2', ["ok", "not_json", "file_truncated"]),
        (b'[{"a":1},', ["ok", "file_truncated"]),
        (b'[{"a":1}', ["ok", "file_truncated"]),
        (b'[{"a":1}] x', ["ok", "not_json"]),
        (b'{"data": [{"a":1},{"a":2}], "version": 1}', ["ok", "ok"]),
        (b'{"v": {"x": [{"n": 1}]}, "train": [{"a":1}], "test": [{"a":2}, {"b":}]}', ["ok", "ok", "not_json"]),
        (b'{"messages": [{"role": "user", "content": "x"}]}', ["ok"]),
        (b'{"a": 1}', ["ok"]),
        (b'{"a": 1}\n{"a": 2}\n', ["ok", "ok"]),
        (b'{"a": 1}\n{"a": \n{"a": 3}', ["ok", "not_json", "ok"]),
        (b'{"messages": [{"role": "user"}, {]}', ["not_json"]),
        (b"nonsense", ["not_json"]),
        (b'"x"', ["not_an_object"]),
    ],
)
def test_documents(items, content: bytes, kinds: list[str]) -> None:
    assert codes(items("a.json", content)) == kinds


def test_places_in_a_pretty_printed_list(items) -> None:
    content = b'\xef\xbb\xbf[\n  {\n    "a": [{}]\n  },\n  {"b": "x",\n "b": 2},\n  {"c": 3}\n]'
    found = items("a.json", content)
    assert codes(found) == ["ok", "duplicate_key", "ok"]
    assert [item.line for item in found] == [2, 5, 7]
    assert [content[item.offset : item.offset + 4] for item in found] == [b"{\n  ", b'{"b"', b'{"c"']


def test_an_overlong_element_is_passed_over(items) -> None:
    content = b'[{"a":1},{"a":"' + b'x\\"' * 1_500_000 + b'"},{"a":[' + b'{"y":2},' * 400_000 + b'{}]},{"a":4}]'
    found = items("a.json", content, Limits(line=1 << 20))
    assert codes(found) == ["ok", "line_too_long", "line_too_long", "ok"]
    assert content[found[3].offset :] == b'{"a":4}]'


def test_a_box_larger_than_a_record(items) -> None:
    rows = b",".join(b'{"a": %d}' % number for number in range(100))
    found = items("a.json", b'{"name": "x", "rows": [' + rows + b'], "n": 100}', Limits(line=50))
    assert [item.value["a"] for item in found if isinstance(item, Record)] == list(range(100))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[]", "no_records"),
        (b" \n", "no_records"),
        (b'{"a": {"x": 1}, "b": {"x": 2}}', "not_a_list"),
        (b"[", "file_truncated"),
    ],
)
def test_files_that_are_refused(items, content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        items("a.json", content)
    assert refused.value.code == code


class Long(Drip):
    """An element of 4 MiB, and the most that was held while it went by."""

    place: Elements
    held = 0

    def read(self, size: int = 0) -> bytes:
        self.held = max(self.held, len(self.place._buffer))
        self.at += 1
        return self.content * (64 << 10) if self.at < 64 else b'"},1]' if self.at == 64 else b""


@pytest.mark.parametrize("piece", [b"x", b"\\", b'"', b"{", b"[1,"])
def test_an_overlong_element_is_never_held(piece: bytes) -> None:
    source = Long(piece, 0)
    place = source.place = Elements(source, 1 << 16)
    place._buffer = b'{"a":"'
    found = list(place.list())
    assert found[0].long
    assert source.held < 1 << 19
