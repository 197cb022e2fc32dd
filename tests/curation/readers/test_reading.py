"""A whole file as samples and refusals: shapes, mappings, resuming, progress, and nothing lost."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from app.curation.readers import FileRefused, Limits, Mapping, NeedsMapping, Reading, preview, read
from app.curation.sample import Form, Refusal, Sample


def jsonl(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def codes(found: list[Sample | Refusal]) -> list[str]:
    return [item.code if isinstance(item, Refusal) else item.form.value for item in found]


ALPACA = {"instruction": "Add.", "input": "", "output": "3"}


def test_mixed_shapes_are_each_read(outcomes) -> None:
    found = outcomes(
        "a.jsonl",
        jsonl(ALPACA, {"text": "T"}, {"messages": [{"role": "user", "content": "Hi"}]}, {"instruction": "x"}, {"z": 1}),
    )
    assert codes(found) == ["instruction", "text", "chat", "missing_field", "no_shape"]
    assert "“z”" in found[-1].message
    assert found[-1].excerpt == '{"z":1}'
    assert (found[-1].source.line, found[-1].source.position) == (5, 4)


def test_a_file_of_unknown_fields_needs_a_mapping(outcomes) -> None:
    rows = [{"Frage": f"Q{n}", "Antwort": {"kurz": n}} for n in range(7)]
    with pytest.raises(NeedsMapping) as needed:
        outcomes("a.jsonl", jsonl(*rows))
    assert needed.value.columns == ["Frage", "Antwort", "Antwort.kurz"]
    assert needed.value.rows == rows[:5]
    mapping = Mapping(Form.INSTRUCTION, {"prompt": "Frage", "response": "Antwort.kurz"})
    found = outcomes("a.jsonl", jsonl(*rows), mapping=mapping)
    assert [item.content for item in found] == [{"prompt": f"Q{n}", "response": str(n)} for n in range(7)]


def test_wrong_types_throughout_need_a_mapping_but_nulls_do_not(outcomes) -> None:
    with pytest.raises(NeedsMapping):
        outcomes("a.jsonl", jsonl({"question": "Q", "answer": 2}))
    assert codes(outcomes("a.jsonl", jsonl({"text": None}, {"text": ""}))) == ["null_text", "empty_record"]


def test_a_text_over_the_limit_is_refused(outcomes) -> None:
    long, short = {"text": "ä" * 30}, {"text": "ä" * 10}
    for name, content in {
        "a.jsonl": json.dumps(long, ensure_ascii=False).encode() + b"\n" + jsonl(short),
        "a.csv": ("text\n" + long["text"] + "\n" + short["text"] + "\n").encode(),
    }.items():
        assert codes(outcomes(name, content, limits=Limits(text=59))) == ["too_long", "text"]


def test_excerpts_can_be_stored(outcomes) -> None:
    found = outcomes(
        "a.jsonl", b'{"text": "\x00"}\n{"text": "\\ud800"}\n{"text": "\xff"}\n{"text": "' + b"x" * 999 + b'"\n'
    )
    assert codes(found) == ["nul_char", "lone_surrogate", "encoding", "not_json"]
    for refusal in found:
        assert "\0" not in refusal.excerpt
        assert len(refusal.excerpt) <= 200
        refusal.excerpt.encode()


def zipped(**members: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return written.getvalue()


LINES = b"".join([b'{"text": "%d"}\n' % n if n % 3 else b'{"text": %d\n\n' % n for n in range(20)])
FILES = {
    "a.jsonl": LINES,
    "a.jsonl.gz": gzip.compress(LINES),
    "cut.jsonl.gz": gzip.compress(b"".join(b'{"text": "%d"}\n' % (n * 7919) for n in range(6000)))[:-2000],
    "a.json": b'[{"text":"0"},5,{"text":},{"text":"3"},\n{"text":"4"},{"text":"5"}, {"x":1}]',
    "a.csv": b'text,n\n1,2\n"x\ny",2\n3\n4,"open\n5,6\n',
    "a.zip": zipped(a_jsonl=LINES, b_txt=b"", c_csv=b"text\n1\n2\n", d_json=b"", e_json=b'[{"text":"1"},{"text":'),
}


@pytest.mark.parametrize("name", FILES)
def test_resuming_gives_the_rest_of_the_very_same_items(tmp_path: Path, name: str) -> None:
    path = tmp_path / "blob"
    path.write_bytes(FILES[name])
    everything = list(read(path, name))
    assert len(everything) > 4
    for skip in [*range(min(len(everything), 30)), len(everything) - 1, len(everything), len(everything) + 5]:
        assert list(read(path, name, skip=skip)) == everything[skip:]


@pytest.mark.parametrize("name", FILES)
def test_progress_never_falls_and_ends_at_the_end(tmp_path: Path, name: str) -> None:
    path = tmp_path / "blob"
    path.write_bytes(FILES[name])
    reading = Reading(path, name)
    done = [reading.bytes_done for _ in reading]
    if not name.endswith(".zip"):
        assert done == sorted(done)
    assert reading.bytes_done == reading.bytes_total == len(FILES[name])


def test_preview(tmp_path: Path) -> None:
    path = tmp_path / "blob"
    path.write_bytes(gzip.compress(jsonl(*[ALPACA] * 9)))
    seen = preview(path, "a.jsonl.gz", rows=2)
    assert (seen.format, seen.shape, seen.rows) == ("jsonl", "alpaca", [ALPACA] * 2)
    assert seen.columns == ["instruction", "input", "output"]


def test_refused_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_bytes(b"x")
    with pytest.raises(FileRefused):
        read(path)


name = st.sampled_from(["a.jsonl", "a.json", "a.csv", "a.tsv", "a.parquet", "a.jsonl.gz", "a.zip"])
bits = st.sampled_from(
    [b'{"text": "x"}', b"{", b"}", b"[", b"]", b",", b"\n", b'"', b"text", b"\\", b"\xff", b"\0", b"PAR1", b"PK\5\6"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(name, st.lists(bits, max_size=12).map(b"".join))
def test_anything_ends_in_items_or_a_clear_refusal(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / "blob"
    path.write_bytes(
        gzip.compress(content) if name.endswith(".gz") else zipped(a_jsonl=content) if name == "a.zip" else content
    )
    try:
        found = list(read(path, name))
    except (FileRefused, NeedsMapping):
        return
    assert found
    assert all(item.message and item.code for item in found if isinstance(item, Refusal))
