"""Release formats: the row as training tools read it, or a sentence why there is none."""

import io
from contextlib import suppress
from hashlib import sha256
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.exporter import Exporter, Unsuitable, exporters
from app.curation.jsonl import JsonLines
from app.curation.sample import Sample
from tests.curation.samples import chat, instruction, preference, text

ASKED = instruction("Add.", "3", context="1 2")
TALK = chat("Hi", "Hello", "Bye", "See you", system="Be kind.")
PICTURE = chat("Look", "I see.")
PICTURE.content["messages"][0]["content"] = [
    {"type": "image_url", "image_url": {"url": "x"}},
    {"type": "text", "text": "Look"},
]
CHOICE = preference("Which?", "This.", "That.")


def row(key: str, sample: Sample) -> Any:
    return exporters()[key]().row(sample.form, sample.content, sample.metadata)


def message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


@pytest.mark.parametrize(
    ("key", "sample", "expected"),
    [
        ("messages", ASKED, {"messages": [message("user", "Add.\n\n1 2"), message("assistant", "3")]}),
        ("messages", TALK, TALK.content),
        ("messages", PICTURE, PICTURE.content),
        ("messages", CHOICE, {"messages": [message("user", "Which?"), message("assistant", "This.")]}),
        (
            "sharegpt",
            chat("Hi", "Hello", system="Be kind."),
            {
                "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}],
                "system": "Be kind.",
            },
        ),
        ("alpaca", ASKED, {"instruction": "Add.", "input": "1 2", "output": "3"}),
        (
            "alpaca",
            chat("Hi", "Hello", system="S"),
            {"instruction": "Hi", "input": "", "output": "Hello", "system": "S"},
        ),
        ("prompt_completion", ASKED, {"prompt": "Add.\n\n1 2", "completion": "3"}),
        (
            "preference",
            CHOICE,
            {
                "prompt": [message("user", "Which?")],
                "chosen": [message("assistant", "This.")],
                "rejected": [message("assistant", "That.")],
            },
        ),
        ("text", text("Salt."), {"text": "Salt."}),
    ],
)
def test_row(key: str, sample: Sample, expected: Any) -> None:
    assert row(key, sample) == expected


@pytest.mark.parametrize(
    ("key", "sample"),
    [
        ("messages", text("Salt.")),
        ("sharegpt", text("Salt.")),
        ("sharegpt", PICTURE),
        ("alpaca", TALK),
        ("alpaca", PICTURE),
        ("alpaca", chat("Hi")),
        ("prompt_completion", chat("Hi", "Hello", system="S")),
        ("preference", ASKED),
        ("text", ASKED),
    ],
)
def test_what_does_not_fit_is_refused_with_a_way_out(key: str, sample: Sample) -> None:
    with pytest.raises(Unsuitable, match=r"Choose (a|the) .+ format\."):
        row(key, sample)


def test_tools_travel_with_the_chat() -> None:
    sample = chat("Hi", "Hello")
    sample.metadata["tools"] = [{"name": "f"}]
    assert row("messages", sample)["tools"] == [{"name": "f"}]


@pytest.mark.parametrize("kind", exporters().values(), ids=exporters())
def test_content_is_never_changed(kind: type[Exporter]) -> None:
    for sample in (ASKED, TALK, PICTURE, CHOICE, text("Salt.")):
        before = orjson.dumps(sample.content)
        with suppress(Unsuitable):
            kind().row(sample.form, sample.content, sample.metadata)
        assert orjson.dumps(sample.content) == before
    assert kind.title


@given(st.lists(st.dictionaries(st.text(), st.text())))
def test_lines_are_counted_and_hashed(rows: list[dict[str, str]]) -> None:
    file = io.BytesIO()
    lines = JsonLines(file)
    for one in rows:
        lines.write(one)
    data = file.getvalue()
    assert [orjson.loads(line) for line in data.splitlines()] == rows
    assert lines.written == (len(rows), len(data), sha256(data).hexdigest())
