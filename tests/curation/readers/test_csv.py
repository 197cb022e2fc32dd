"""Tables: cells come out exactly, every row at its line and byte, one bad quote costs one line."""

import csv
import io
import json
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.curation.readers import Broken, FileRefused, Item, Limits, Record
from app.curation.readers._data import Data
from app.curation.readers.csv import CommaSeparated
from app.curation.readers.tsv import TabSeparated

cell = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6) | st.text(
    'a,;"\n\r\t ', max_size=6
)
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(cell, min_size=width, max_size=width), min_size=1, max_size=6)
)


def codes(found: list[Item]) -> list[str]:
    return [item.code if isinstance(item, Broken) else "ok" for item in found]


def of(content: bytes, reader: type[CommaSeparated] | type[TabSeparated] = CommaSeparated) -> list[Item]:
    return list(reader(Limits()).items(Data(io.BytesIO(content)), 0))


@given(tables, st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.booleans())
def test_what_the_standard_library_writes_is_read(rows: list[list[str]], end: str, quoting: int, tabs: bool) -> None:
    if any("\r" in text for row in rows for text in row) or [""] in rows:
        quoting = csv.QUOTE_ALL  # its minimal quoting leaves these two ambiguous
    header = [f"h{number}" for number in range(len(rows[0]) if rows else 1)]
    written = io.StringIO(newline="")
    csv.writer(written, delimiter="\t" if tabs else ",", lineterminator=end, quoting=quoting).writerows([header, *rows])
    content = written.getvalue().encode()
    found = of(content, TabSeparated if tabs else CommaSeparated)
    assert [list(item.value.values()) for item in found if isinstance(item, Record)] == rows
    for item in found:
        assert item.line == content[: item.offset].count(b"\n") + 1
        assert item.offset == 0 or content[item.offset - 1 : item.offset] == b"\n"


@given(st.binary(max_size=60) | st.text('a,"\n\r', max_size=60).map(str.encode))
def test_every_line_is_accounted_for(content: bytes) -> None:
    """Whatever the bytes: it ends, no row starts at a line where another did, and nothing but FileRefused is raised."""
    try:
        found = of(b"a,b\n" + content)
    except FileRefused:
        return
    starts = [item.line for item in found]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        (b'a,b\n1,"x\n2,y\n3,z\n', ["unclosed_quote", "ok", "ok"]),
        (b'a,b\n1,"x\n2,"y"\n3,z\n', ["unclosed_quote", "ok", "ok"]),
        (b'a,b\n1,"x"y\n3,z\n', ["stray_quote", "ok"]),
        (b'a,b\n1,"x""y"\n3,5" disk\n', ["ok", "ok"]),
        (b"a,b\n1\n2,3,4\n5,6\n", ["ragged_row", "ragged_row", "ok"]),
        (b"a,b\n1,x\x00\n2,y\n", ["nul_char", "ok"]),
        (b"a,b\n1,caf\xe9\n2,y\n", ["encoding", "ok"]),
        (b"a,b\n\n1,2\n\r\n3,4", ["ok", "ok"]),
        (b"a,b\n1,x\ry\n2,z\n", ["lone_return", "ok"]),
    ],
)
def test_bad_rows(content: bytes, kinds: list[str]) -> None:
    assert codes(of(content)) == kinds


def test_an_open_quote_does_not_swallow_a_large_table() -> None:
    rows = b"".join(b"%d,plain text\n" % number for number in range(200_000))
    found = of(b'a,b\n0,"open\n' + rows)
    assert codes(found[:2]) == ["unclosed_quote", "ok"]
    assert len(found) == 200_001


def test_endless_open_quotes_stop_the_reading() -> None:
    """Lines that each look open from the start, and closed and open again from within."""
    reader = CommaSeparated(Limits(lookahead=1000, replays=50_000))
    items = reader.items(Data(io.BytesIO(b"a,b\n" + b'a",""",x\n' * 100_000)), 0)
    with pytest.raises(FileRefused) as refused:
        list(items)
    assert refused.value.code == "file_truncated"
    assert 40 < reader.position < 100


@pytest.mark.parametrize(
    "content",
    [
        b"a;b\n1;2\n",
        b"sep=;\na;b\n1;2\n",
        b"a\tb\n1\t2\n",
        b"a|b\n1|2\n",
        b"\xef\xbb\xbfa,b\n1,2\n",
        b'"sep=|"\r\na|b\r\n1|2\r\n',
    ],
)
def test_dialects(content: bytes) -> None:
    assert [item.value for item in of(content)] == [{"a": "1", "b": "2"}]


def test_a_comma_in_a_table_of_semicolons_is_kept() -> None:
    assert [item.value for item in of(b"sep=;\na;b\n1,5;2\n")] == [{"a": "1,5", "b": "2"}]


def test_one_column_is_a_table_too() -> None:
    assert [item.value for item in of(b'text\nhello\n"a, b"\n')] == [{"text": "hello"}, {"text": "a, b"}]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,,b\n1,2,3\n", "header_empty"),
        (b"a,b,a\n1,2,3\n", "header_duplicate"),
        (b",".join(b"c%d" % n for n in range(1001)) + b"\n", "too_many_fields"),
        (b'a,"b\n1,2\n', "unclosed_quote"),
        (b"\n\n", "no_records"),
        ("a,b\n1,2\n".encode("utf-16"), "encoding_utf16"),
        (b"PK\x03\x04", "archive_nested"),
    ],
)
def test_tables_that_are_refused(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        of(content)
    assert refused.value.code == code


def test_a_header_alone_has_no_records(items) -> None:
    with pytest.raises(FileRefused) as refused:
        items("a.csv", b"a,b\n")
    assert refused.value.code == "no_records"


def test_a_cell_larger_than_the_standard_limit() -> None:
    assert [len(item.value["a"]) for item in of(b"a,b\n" + b"x" * 3_000_000 + b",y\n")] == [3_000_000]


def test_an_overlong_line_within_quotes() -> None:
    found = list(CommaSeparated(Limits(line=20)).items(Data(io.BytesIO(b'a,b\n1,"x\n' + b"y" * 30 + b"\n2,z\n")), 0))
    assert codes(found) == ["unclosed_quote", "line_too_long", "ok"]


def test_csv_spectrum(shared: Path) -> None:
    """maxogden/csv-spectrum; its CRLF files lost their carriage returns in that copy, so they are put back."""
    files = sorted((shared / "bad_text" / "csv_spectrum" / "csvs").glob("*.csv"))
    assert len(files) == 11
    for file in files:
        content = file.read_bytes()
        if "crlf" in file.name:
            content = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        expected = json.loads((file.parents[1] / "json" / f"{file.stem}.json").read_text())
        assert [item.value for item in of(content)] == expected, file.name
