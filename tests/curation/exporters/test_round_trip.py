"""What was imported in any shape leaves in each format, keeps its rules, and is read back as the same sample."""

import io
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.curation.exporter import Example, Unsuitable, exporters
from app.curation.readers import read
from app.curation.sample import Form, Json, Sample, turns
from app.curation.shapes import Unfit, understand
from tests.curation.samples import chat, instruction, preference, text
from tests.curation.shapes.test_round_trip import SHAPES, SOURCE

WRITABLE = ("messages", "sharegpt", "alpaca", "prompt_completion", "prompt_completion_chat", "preference", "text", "parquet")
"""Formats that the importer reads as the sample they were made of; `kto`, labels and the rest say something else."""
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "topic": st.text(min_size=1, max_size=5),
        "tags": st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=2),
        "stars": st.integers(1, 5),
        "better": st.sampled_from(["first", "second", "equal", "both_bad"]),
        "tone": st.dictionaries(st.integers(0, 9).map(str), st.text(min_size=1, max_size=5), min_size=1, max_size=2),
    },
)


said = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12).filter(str.strip)
WELL_MADE = (
    st.builds(chat, said, said, system=st.none() | said),
    st.builds(chat, said, said, said, said, system=st.none() | said),
    st.builds(instruction, said, said) | st.builds(instruction, said, said, context=said, system=said),
    st.builds(preference, said, said, said),
    st.builds(text, said),
)


def spoken(form: Form, content: Json) -> list[tuple[str, str]]:
    """What is said, whatever the form: role and words, a prompt's context as part of it, empty pieces left out."""
    if form is Form.INSTRUCTION:
        asked = "\n\n".join(text for text in (content["prompt"], content.get("context")) if text)
        told = [("system", content.get("system") or ""), ("user", asked), ("assistant", content["response"])]
    else:
        told = [(turn.role, turn.text) for turn in turns(form, content)]
    return [(role, words) for role, words in told if words]


def samples() -> st.SearchStrategy[Sample]:
    """Whatever the importer reads, and as often what is well made."""
    read = st.one_of(*SHAPES.values()).map(_understood).filter(lambda sample: sample is not None)
    return st.one_of(read, *WELL_MADE)


def _understood(record: Json) -> Sample | None:
    try:
        return understand(record, SOURCE)
    except Unfit:
        return None


@pytest.mark.parametrize("key", exporters())
@given(sample=samples(), other=samples(), answers=ANSWERS, approved=st.booleans())
def test_every_record_keeps_the_rules_of_its_format(
    key: str, sample: Sample, other: Sample, answers: Json, approved: bool
) -> None:
    exporter = exporters()[key]()
    original = other.content if other.form is sample.form else None
    rows: list[Json] = []
    with suppress(Unsuitable):
        rows = list(exporter.rows(Example(sample.form, sample.content, sample.metadata, original, approved, answers)))
        assert rows
    assert [fault for row in rows for fault in exporter.faults(row)] == []


@pytest.mark.parametrize("key", WRITABLE)
@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=st.data())
def test_a_sample_comes_back_as_it_was(key: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    drawn = data.draw(st.lists(samples(), min_size=1, max_size=6))
    exporter = exporters()[key]()
    rows, went = [], []
    for sample in drawn:
        try:
            rows += exporter.rows(Example(sample.form, sample.content, sample.metadata))
        except Unsuitable:
            continue
        went.append(sample)
    went = _alike(went, rows)
    assume(rows)
    back = _read_back(key, rows, tmp_path_factory.getbasetemp())
    wanted = [_as_exported(key, sample) for sample in went]
    assert [spoken(one.form, one.content) for one in back] == wanted


def _alike(went: list[Sample], rows: list[Json]) -> list[Sample]:
    """A Parquet file has one layout; a release has samples of one form."""
    kept = [(sample, row) for sample, row in zip(went, rows, strict=True) if _layout(row) == _layout(rows[0])]
    rows[:] = [row for _, row in kept]
    return [sample for sample, _ in kept]


def _layout(row: Json) -> set[str]:
    return set(row) - {"tools", "parallel_tool_calls"}


def _read_back(key: str, rows: list[Json], folder: Path) -> list[Any]:
    exporter = exporters()[key]()
    path = folder / f"{key}.{exporter.suffix}"
    file = io.BytesIO()
    with exporter.writer(file) as writer:
        for row in rows:
            writer.write(row)
    path.write_bytes(file.getvalue())
    return list(read(path, path.name))


def _as_exported(key: str, sample: Sample) -> list[tuple[str, str]]:
    """Formats of chats hold the chosen answer of a preference."""
    told = spoken(sample.form, sample.content)
    if sample.form is Form.PREFERENCE and key not in ("preference", "parquet"):
        return [("assistant" if role == "chosen" else role, words) for role, words in told if role != "rejected"]
    return told
