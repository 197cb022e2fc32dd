"""One JSON value: nothing is altered silently, whatever is refused says why and where."""

import json
import math
from pathlib import Path

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import given

from app.curation.readers._json_value import Unreadable, parse
from app.curation.readers._limits import Limits

LIMITS = Limits()
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4))


@given(
    values,
    st.sampled_from([None, 2, "\t"]),
    st.booleans(),
    st.sampled_from([(",", ":"), (" , ", " : "), (",", ":\r\n")]),
)
def test_what_json_can_write_is_read(
    value: object, indent: int | str | None, ascii_only: bool, marks: tuple[str, str]
) -> None:
    written = json.dumps(value, indent=indent, ensure_ascii=ascii_only, separators=marks)
    assert parse(written.encode(), LIMITS) == value


@given(
    st.binary(max_size=30) | values.map(orjson.dumps) | st.text('{}[]",:\\ 019eE+-.nul', max_size=20).map(str.encode)
)
def test_it_agrees_with_the_standard_library(written: bytes) -> None:
    """Whatever is read is what the standard library reads, too."""
    try:
        value = parse(written, LIMITS)
    except Unreadable:
        return
    expected = json.loads(written)
    assert json.dumps(value) == json.dumps(expected)


fields = st.tuples(st.sampled_from(["a", 'b"', "c\\", "d:", "e"]), text | st.just(": x") | st.just('": "'))


@given(st.lists(fields, max_size=5), st.sampled_from([":", " :", "\n:", "\t: "]), st.integers(0, 3))
def test_a_repeated_key_is_always_noticed(pairs: list[tuple[str, str]], mark: str, depth: int) -> None:
    inside = ",".join(f"{json.dumps(key)}{mark}{json.dumps(value)}" for key, value in pairs)
    written = ('{"x":[' * depth + "{" + inside + "}" + "]}" * depth).encode()
    if len({key for key, _ in pairs}) == len(pairs):
        assert parse(written, LIMITS) == json.loads(written)
    else:
        with pytest.raises(Unreadable) as refused:
            parse(written, LIMITS)
        assert refused.value.code == "duplicate_key"


@pytest.mark.parametrize(
    ("written", "code", "at"),
    [
        (b'{"a": "\xe9"}', "encoding", 7),
        (b'{"a": "\xc0\x80"}', "encoding", 7),
        (b'{"a": "\xed\xa0\x80"}', "encoding", 7),
        (b'{"a": "x\x00"}', "nul_char", 8),
        (b'{"a": "\\u0000"}', "nul_char", None),
        (b'{"\\u0000": 1}', "nul_char", None),
        (b'{"a": "\\ud800"}', "lone_surrogate", None),
        (b'{"a": NaN}', "non_finite", None),
        (b'{"a": [-Infinity]}', "non_finite", None),
        (b'{"a": 1e400}', "number_out_of_range", None),
        (b'{"a": -1E+400}', "number_out_of_range", None),
        (b'{"a": 1e-400}', "number_out_of_range", None),
        (b'{"a": 18446744073709551616}', "number_out_of_range", None),
        (b'{"a": -9223372036854775809}', "number_out_of_range", None),
        (b'{"a": ' + b"9" * 5000 + b"}", "number_out_of_range", None),
        (b'{"a": 1, "a": 1}', "duplicate_key", None),
        (b'{"a": 1}{"b": 2}', "not_json", 8),
        (b'{"a": 1,}', "not_json", None),
        (b"{'a': 1}", "not_json", 1),
        (b"", "not_json", 0),
        (b"[" * 65 + b"]" * 65, "too_deep", None),
        (b"[" * 100_000 + b"]" * 100_000, "too_deep", None),
        (b"[" * 1500 + b"]" * 1500, "too_deep", None),
        (b"{" + b",".join(b'"%d":1' % n for n in range(1001)) + b"}", "too_many_fields", None),
    ],
)  # fmt: skip
def test_refusals(written: bytes, code: str, at: int | None) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(written, LIMITS)
    assert refused.value.code == code
    assert at is None or refused.value.at == at


@pytest.mark.parametrize(
    "written",
    [
        b'{"a": 18446744073709551615, "b": -9223372036854775808}',
        b'{"a": "123456789012345678901234567890"}',
        b'{"a": 0e-400, "b": 0.10000000000000000555}',
        b"[" * 64 + b"]" * 64,
        b'{"a": "\\\\u0000 is not NUL"}',
        '{"a": "\u2028\u0085\r"}'.encode().replace(b"\r", b"\\r"),
        b'{"__proto__": 1, "constructor": 2}',
        b'{"a": "\\ud83d\\ude00"}',
    ],
)
def test_odd_but_sound_values_are_read(written: bytes) -> None:
    assert parse(written, LIMITS) == json.loads(written)


def test_json_test_suite(shared: Path) -> None:
    """nst/JSONTestSuite: what must be accepted is read as the standard library does, what must be rejected is."""
    files = sorted((shared / "bad_text" / "json_parsing").glob("[yn]_*.json"))
    deliberately = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}
    refused_for_storage = {"y_string_null_escape.json", "y_object_escaped_null_in_key.json"}
    assert len(files) > 280
    for file in files:
        written = file.read_bytes()
        if file.name[0] == "y" and file.name not in deliberately | refused_for_storage:
            value = parse(written, LIMITS)
            assert value == json.loads(written), file.name
            assert not (isinstance(value, float) and math.isinf(value))
        else:
            with pytest.raises(Unreadable):
                parse(written, LIMITS)
