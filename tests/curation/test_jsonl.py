"""JSON lines: what is written is counted and hashed on the way."""

import io
from hashlib import sha256

import orjson
from hypothesis import given
from hypothesis import strategies as st

from app.curation.jsonl import HashedLines


@given(st.lists(st.dictionaries(st.text(), st.text())))
def test_lines_are_counted_and_hashed(rows: list[dict[str, str]]) -> None:
    file = io.BytesIO()
    lines = HashedLines(file)
    for one in rows:
        lines.write(one)
    data = file.getvalue()
    assert [orjson.loads(line) for line in data.splitlines()] == rows
    assert lines.written == (len(rows), len(data), sha256(data).hexdigest())
