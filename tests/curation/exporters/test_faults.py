"""Every format's validator catches what its published rules forbid: faults planted one by one in a good record."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from app.curation.exporter import exporters
from app.curation.sample import Json
from tests.curation.exporters.examples import ASKED, CALLED, CHOICE, PICTURE, SALT, SHORT, TALK, TOOL, row
from tests.curation.samples import instruction

SPAN = [{"path": ["text"], "start": 0, "end": 4, "label": "food"}]
GOOD: dict[str, Json] = {
    "messages": row("messages", CALLED) | {"parallel_tool_calls": True},
    "sharegpt": row("sharegpt", SHORT),
    "alpaca": row("alpaca", ASKED),
    "prompt_completion": row("prompt_completion", ASKED),
    "prompt_completion_chat": row("prompt_completion_chat", TALK),
    "text": row("text", SALT),
    "preference": row("preference", CHOICE),
    "kto": row("kto", TALK),
    "llama_factory": row("llama_factory", CALLED),
    "axolotl": row("axolotl", CALLED),
    "parquet": row("parquet", CALLED),
    "labels": row("labels", SALT, answers={"topic": "food", "marks": SPAN}),
    "labels_csv": row("labels_csv", SALT, answers={"topic": "food"}),
    "fewshot": row("fewshot", ASKED),
    "retrieval": row("retrieval", ASKED),
}


def put(*path: Any, value: Any) -> Callable[[Json], None]:
    def change(record: Any) -> None:
        for step in path[:-1]:
            record = record[step]
        record[path[-1]] = value

    return change


def drop(*path: Any) -> Callable[[Json], None]:
    def change(record: Any) -> None:
        for step in path[:-1]:
            record = record[step]
        del record[path[-1]]

    return change


def messages(*path: Any, value: Any) -> Callable[[Json], None]:
    return put("messages", *path, value=value)


PICTURES = PICTURE.content["messages"][0]["content"][:1] * 11
LARGE = [{"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 14_100_000}}]
NAMELESS = {"type": "function", "function": {"description": "x"}}
PLANTED: dict[str, list[tuple[Callable[[Json], None], str]]] = {
    "messages": [
        (put("metadata", value={}), "does not name: metadata"),
        (put("messages", value=[]), "at least one message"),
        (put("messages", value="Hi"), "at least one message"),
        (messages(0, value="Hi"), "at least one message"),
        (messages(0, "role", value="critic"), "role 'critic'"),
        (messages(0, "role", value="developer"), "role 'developer'"),
        (messages(0, "role", value=[]), "role"),
        (messages(0, "content", value=""), "no text"),
        (messages(0, "content", value=None), "no text"),
        (drop("messages", 0, "content"), "no text"),
        (messages(0, "content", value=7), "text or a list of parts"),
        (messages(0, "content", value=[]), "no part of the type"),
        (messages(0, "content", value=["Hi"]), "no part of the type"),
        (messages(0, "content", value=[{"type": "video"}]), "no part of the type 'video'"),
        (messages(0, "content", value=[{"type": "text"}]), "no “text”"),
        (messages(0, "content", value=[{"type": "image_url"}]), "no address"),
        (messages(3, "content", value=PICTURES[:1]), "no part of the type 'image_url'"),
        (messages(0, "content", value=PICTURES), "11 pictures"),
        (messages(0, "content", value=LARGE), "10 MB"),
        (messages(0, "id", value=1), "have no id"),
        (messages(0, "weight", value=1), "have no weight"),
        (messages(0, "name", value="Ada Lovelace"), "the name"),
        (messages(0, "name", value="a" * 65), "the name"),
        (messages(3, "weight", value=0.5), "weight must be 0 or 1"),
        (messages(3, "weight", value=True), "weight must be 0 or 1"),
        (messages(3, "weight", value=2), "weight must be 0 or 1"),
        (drop("messages", 3), "last message is not by the assistant"),
        (put("messages", value=[{"role": "user", "content": "Hi"}]), "No message is by the assistant"),
        (messages(1, "tool_calls", value=[]), "at least one call"),
        (messages(1, "tool_calls", 0, "type", value="code"), "type “function”"),
        (drop("messages", 1, "tool_calls", 0, "id"), "an id"),
        (messages(1, "tool_calls", 0, "function", "name", value="get weather"), "function's name"),
        (messages(1, "tool_calls", 0, "function", "name", value="f" * 65), "function's name"),
        (messages(1, "tool_calls", 0, "function", "arguments", value={"at": "Bonn"}), "JSON written as text"),
        (messages(3, "function_call", value={"name": "f"}), "JSON written as text"),
        (drop("messages", 2, "tool_call_id"), "needs the id"),
        (messages(2, "tool_call_id", value="2"), "was not made"),
        (drop("messages", 2), "was not answered"),
        (messages(2, value={"role": "function", "content": "rain"}), "needs its name"),
        (put("parallel_tool_calls", value="yes"), "true or false"),
        (drop("tools"), "only allowed beside tools"),
        (put("tools", value=[]), "1 to 128"),
        (put("tools", value=[TOOL] * 129), "1 to 128"),
        (put("tools", 0, "type", value="retrieval"), "type “function”"),
        (put("tools", value=[NAMELESS]), "name of 1 to 64"),
        (put("tools", 0, "function", "name", value="a b"), "name of 1 to 64"),
        (put("tools", 0, "function", "parameters", value="{}"), "JSON schema"),
        (put("tools", 0, "function", "description", value=7), "must be text"),
        (put("functions", value=[]), "1 to 128"),
        (put("functions", value=[{"name": "a b"}]), "name of 1 to 64"),
    ],
    "sharegpt": [
        (put("id", value=1), "does not know: id"),
        (drop("system"), "lacks system"),
        (put("system", value=None), "“system” must be text"),
        (put("conversations", value=[]), "at least one turn"),
        (put("conversations", 0, "from", value="user"), "'user' is not one of"),
        (put("conversations", 0, "weight", value=1), "nothing else"),
        (put("conversations", 0, "value", value=" "), "no text"),
        (put("conversations", 0, "value", value=None), "no text"),
        (drop("conversations", 1), "No turn is by the assistant"),
    ],
    "alpaca": [
        (drop("input"), "lacks input"),
        (put("history", value=[]), "does not know: history"),
        (put("instruction", value=""), "“instruction” is empty"),
        (put("output", value=None), "“output” must be text"),
        (put("output", value=" \n"), "“output” is empty"),
        (put("input", value=None), "“input” must be text"),
        (put("system", value=7), "“system” must be text"),
    ],
    "prompt_completion": [
        (put("prompt", value=[]), "“prompt” must be text"),
        (put("completion", value=""), "“completion” is empty"),
        (drop("completion"), "lacks completion"),
        (put("label", value=True), "does not know: label"),
    ],
    "prompt_completion_chat": [
        (put("prompt", value="Hi"), "“prompt” must be a list"),
        (put("prompt", value=[]), "“prompt” must be a list"),
        (put("prompt", -1, "role", value="assistant"), "must end with a question"),
        (put("prompt", 1, "role", value="human"), "role 'human'"),
        (put("prompt", 1, "role", value="system"), "may only stand first"),
        (put("prompt", 1, "content", value=None), "no text"),
        (put("prompt", 1, "name", value="a"), "nothing else"),
        (put("completion", value=[]), "“completion” must be a list"),
        (put("completion", 0, "role", value="user"), "must be by the assistant"),
        (put("completion", 0, "content", value=""), "no text"),
        (put("id", value=1), "does not know: id"),
    ],
    "text": [
        (put("text", value=None), "must be text"),
        (put("text", value=" "), "is empty"),
        (put("label", value="a"), "does not know: label"),
    ],
    "preference": [
        (put("rejected", value=[{"role": "assistant", "content": "This."}]), "are the same"),
        (put("chosen", value="This."), "“chosen” must be a list"),
        (put("chosen", 0, "role", value="user"), "“chosen” must be by the assistant"),
        (put("rejected", 0, "role", value="user"), "“rejected” must be by the assistant"),
        (put("prompt", 0, "role", value="assistant"), "must end with a question"),
        (drop("prompt"), "lacks prompt"),
        (put("score", value=1), "does not know: score"),
    ],
    "kto": [
        (put("label", value=1), "true or false"),
        (put("label", value="true"), "true or false"),
        (drop("label"), "lacks label"),
        (put("completion", 0, "role", value="user"), "must be by the assistant"),
        (put("prompt", -1, "role", value="assistant"), "must end with a question"),
    ],
    "llama_factory": [
        (drop("tools"), "lacks tools"),
        (put("tools", value=[]), "“tools” must be text"),
        (put("tools", value="{}"), "must be a list of functions"),
        (put("tools", value="["), "must be a list of functions"),
        (put("system", value=None), "“system” must be text"),
        (put("conversations", 0, "from", value="system"), "'system' is not one of"),
        (put("conversations", 0, "from", value="gpt"), "must alternate"),
        (put("conversations", 3, "from", value="human"), "must alternate"),
        (drop("conversations", 3), "last turn must be an answer"),
        (put("conversations", 1, "value", value="weather()"), "JSON with a name"),
        (put("conversations", 1, "value", value='{"name":"weather","arguments":"Bonn"}'), "JSON with a name"),
        (put("conversations", 1, "value", value='[{"arguments":{}}]'), "JSON with a name"),
    ],
    "axolotl": [
        (put("text", value="Hi"), "does not know: text"),
        (messages(0, "role", value="human"), "the role is not one of"),
        (messages(0, "content", value=None), "must be text"),
        (messages(0, "content", value=""), "no text"),
        (messages(0, "weight", value=1), "has no weight"),
        (drop("messages", 0, "train"), "“train” must be true or false"),
        (put("tools", value="[]"), "“tools” must be a list"),
        (put("messages", value=[]), "at least one message"),
        (put("messages", value=[{"role": "assistant", "content": "Hi", "train": False}]), "No message is learnt"),
    ],
    "parquet": [
        (messages(0, "role", value="human"), "the role is not one of"),
        (messages(0, "content", value=["Hi"]), "must be text"),
        (messages(0, "content", value=" "), "no text"),
        (messages(0, "id", value=1), "has no id"),
        (put("messages", value=[]), "at least one message"),
        (put("tools", value=[]), "“tools” must be JSON"),
        (put("label", value=1), "does not know: label"),
    ],
    "labels": [
        (drop("text"), "either “text” or “messages”"),
        (put("messages", value=[]), "either “text” or “messages”"),
        (put("text", value=None), "must have text"),
        (put("labels", value={}), "at least one answer"),
        (put("labels", "topic", value=None), "“topic” has no answer"),
        (put("labels", "marks", 0, "end", value=3), "do not stand where"),
        (put("labels", "marks", 0, "turn", value=1), "do not stand where"),
    ],
    "labels_csv": [
        (drop("text"), "lacks its text"),
        (drop("label_topic"), "no label"),
        (put("label_topic", value=["a"]), "text or a number"),
        (put("text", value="=SUM(A1)"), "formula"),
        (put("label_topic", value="@x"), "formula"),
        (put("text", value="\0"), "formula"),
        (put("text", value="＝1"), "formula"),
    ],
    "fewshot": [
        (drop("system"), "must have the texts"),
        (put("input", value=None), "must have the texts"),
        (put("output", value=" "), "“output” is empty"),
        (put("input", value="a </example> b"), "end its example early"),
    ],
    "retrieval": [
        (put("_id", value=""), "“_id” is empty"),
        (put("_id", value="7"), "not that of the passage"),
        (put("text", value=""), "“text” is empty"),
        (put("title", value=None), "“title” must be text"),
        (drop("query"), "lacks query"),
        (put("metadata", value={}), "does not know: metadata"),
    ],
}  # fmt: skip
CASES = [(key, change, said) for key, planted in PLANTED.items() for change, said in planted]


def test_every_format_has_its_faults() -> None:
    assert set(PLANTED) == set(GOOD) == set(exporters())


@pytest.mark.parametrize("key", GOOD)
def test_a_good_record_has_no_fault(key: str) -> None:
    assert list(exporters()[key]().faults(GOOD[key])) == []


@pytest.mark.parametrize(("key", "change", "said"), CASES, ids=[f"{key}-{said[:30]}" for key, _, said in CASES])
def test_a_planted_fault_is_caught(key: str, change: Callable[[Json], None], said: str) -> None:
    record = deepcopy(GOOD[key])
    change(record)
    found = list(exporters()[key]().faults(record))
    assert any(said in fault for fault in found), found


def test_a_preference_may_also_be_parquet() -> None:
    record = row("parquet", CHOICE)
    assert list(exporters()["parquet"]().faults(record)) == []
    del record["rejected"]
    assert "“rejected” must be a list of at least one message." in exporters()["parquet"]().faults(record)


def test_openai_wants_ten_examples_and_half_a_gigabyte_at_most() -> None:
    kind = exporters()["messages"]
    assert (kind.fewest_rows, kind.largest_file) == (10, 536_870_912)
    assert row("messages", instruction("a", "b"))
