"""Release formats: the record as training tools read it, or a sentence why there is none."""

from contextlib import suppress

import orjson
import pytest

from app.curation.exporter import Exporter, Unsuitable, exporters
from app.curation.sample import Json, Sample
from tests.curation.exporters.examples import (
    ASKED,
    CALLED,
    CHOICE,
    EVERY,
    PICTURE,
    SALT,
    SHORT,
    TALK,
    TOOL,
    UNANSWERED,
    example,
    message,
    row,
    rows,
    turn,
)
from tests.curation.samples import chat, instruction, preference

CALL = {"id": "1", "type": "function", "function": {"name": "weather", "arguments": '{"at":"Bonn"}'}}


@pytest.mark.parametrize(
    ("key", "sample", "expected"),
    [
        ("messages", ASKED, {"messages": [message("user", "Add.\n\n1 2"), message("assistant", "3")]}),
        ("messages", TALK, TALK.content),
        ("messages", PICTURE, PICTURE.content),
        ("messages", CHOICE, {"messages": [message("user", "Which?"), message("assistant", "This.")]}),
        ("messages", CALLED, {**CALLED.content, "tools": [TOOL]}),
        ("sharegpt", SHORT, {"conversations": [turn("human", "Hi"), turn("gpt", "Hello")], "system": "Be kind."}),
        ("sharegpt", chat("Hi", "Hello"), {"conversations": [turn("human", "Hi"), turn("gpt", "Hello")], "system": ""}),
        ("alpaca", ASKED, {"instruction": "Add.", "input": "1 2", "output": "3", "system": ""}),
        ("alpaca", SHORT, {"instruction": "Hi", "input": "", "output": "Hello", "system": "Be kind."}),
        ("prompt_completion", ASKED, {"prompt": "Add.\n\n1 2", "completion": "3"}),
        (
            "prompt_completion_chat",
            TALK,
            {"prompt": TALK.content["messages"][:-1], "completion": [message("assistant", "See you")]},
        ),
        ("text", SALT, {"text": "Salt."}),
        (
            "llama_factory",
            CALLED,
            {
                "conversations": [
                    turn("human", "Rain?"),
                    turn("function_call", '{"name":"weather","arguments":{"at":"Bonn"}}'),
                    turn("observation", "rain"),
                    turn("gpt", "It rains."),
                ],
                "system": "",
                "tools": orjson.dumps([TOOL["function"]]).decode(),
            },
        ),
        (
            "axolotl",
            CALLED,
            {
                "messages": [
                    message("user", "Rain?", train=False),
                    message("assistant", "", tool_calls=[CALL], train=True),
                    message("tool", "rain", tool_call_id="1", train=False),
                    message("assistant", "It rains.", train=True),
                ],
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "weather", "description": "Now.", "parameters": '{"type":"object"}'},
                    }
                ],
            },
        ),
        ("parquet", SALT, {"text": "Salt."}),
        ("parquet", TALK, TALK.content),
        (
            "parquet",
            CHOICE,
            {
                "prompt": [message("user", "Which?")],
                "chosen": [message("assistant", "This.")],
                "rejected": [message("assistant", "That.")],
            },
        ),
        ("fewshot", ASKED, {"system": "", "input": "Add.\n\n1 2", "output": "3"}),
    ],
)
def test_row(key: str, sample: Sample, expected: Json) -> None:
    assert row(key, sample) == expected


@pytest.mark.parametrize(
    ("key", "sample"),
    [
        ("messages", SALT),
        ("messages", UNANSWERED),
        ("messages", chat("Hi", "")),
        ("sharegpt", SALT),
        ("sharegpt", PICTURE),
        ("sharegpt", CALLED),
        ("sharegpt", UNANSWERED),
        ("alpaca", TALK),
        ("alpaca", PICTURE),
        ("alpaca", UNANSWERED),
        ("alpaca", instruction("Hi", " ")),
        ("prompt_completion", SHORT),
        ("prompt_completion_chat", UNANSWERED),
        ("preference", ASKED),
        ("preference", SALT),
        ("preference", preference("Which?", "Same.", "Same.")),
        ("kto", SALT),
        ("kto", UNANSWERED),
        ("text", ASKED),
        ("llama_factory", PICTURE),
        ("llama_factory", UNANSWERED),
        ("llama_factory", chat("Hi", "", "Again", "Hello")),
        ("axolotl", UNANSWERED),
        ("axolotl", PICTURE),
        ("parquet", PICTURE),
        ("labels", ASKED),
        ("labels_csv", SALT),
        ("fewshot", TALK),
        ("fewshot", instruction("Say </input>.", "No.")),
        ("retrieval", TALK),
    ],
)
def test_what_does_not_fit_is_refused_with_a_way_out(key: str, sample: Sample) -> None:
    with pytest.raises(Unsuitable, match=r"Choose (a|an|the|another) .+ format|[Cc]orrect the sample"):
        rows(key, sample)


def test_a_question_that_is_all_context_begins_with_it() -> None:
    assert row("prompt_completion", instruction("", "3", context="1 2")) == {"prompt": "1 2", "completion": "3"}


def test_thoughts_are_never_lost_silently() -> None:
    sample = chat("Hi", "Hello")
    sample.content["messages"][1]["reasoning_content"] = "A greeting."
    assert row("axolotl", sample)["messages"][1]["reasoning_content"] == "A greeting."
    for key in ("messages", "sharegpt", "alpaca", "prompt_completion", "prompt_completion_chat", "kto", "llama_factory"):
        with pytest.raises(Unsuitable, match="thoughts"):
            rows(key, sample)


def test_a_weight_of_nothing_is_kept_where_the_format_has_one() -> None:
    sample = chat("Hi", "Hello", "Bye", "See you")
    sample.content["messages"][1]["weight"] = 0
    assert row("messages", sample)["messages"][1] == message("assistant", "Hello", weight=0)
    assert [one["train"] for one in row("axolotl", sample)["messages"]] == [False, False, False, True]


def test_fields_that_openai_does_not_name_are_left_out() -> None:
    sample = chat("Hi", "Hello")
    sample.content["messages"][0] |= {"id": 7, "name": "ada", "tool_calls": None}
    assert row("messages", sample)["messages"][0] == message("user", "Hi", name="ada")


def test_tools_may_be_json_in_the_record() -> None:
    sample = chat("Hi", "Hello")
    sample.metadata |= {"tools": orjson.dumps([TOOL]).decode(), "parallel_tool_calls": False}
    assert row("messages", sample) == {**sample.content, "tools": [TOOL], "parallel_tool_calls": False}


@pytest.mark.parametrize("kind", exporters().values(), ids=exporters())
def test_content_is_never_changed(kind: type[Exporter]) -> None:
    for sample in EVERY:
        before = orjson.dumps([sample.content, sample.metadata])
        with suppress(Unsuitable):
            for found in kind().rows(example(sample, original=sample.content, answers={"tone": "kind"})):
                assert list(kind().faults(found)) == []
        assert orjson.dumps([sample.content, sample.metadata]) == before


@pytest.mark.parametrize("kind", exporters().values(), ids=exporters())
def test_a_format_says_what_it_is(kind: type[Exporter]) -> None:
    assert kind.title
    module = __import__(kind.__module__, fromlist=["_"])
    name, colon, about = module.__doc__.splitlines()[0].partition(": ")
    assert name
    assert colon
    assert about.endswith(".")

