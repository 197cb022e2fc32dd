"""Benchmarks as they are published, in any file that a corpus may come in."""

import gzip
from pathlib import Path

import orjson
import pytest

from app.curation.decontamination import Benchmark, Item
from app.curation.readers import FileRefused


def only(record: dict) -> Item:
    (item,) = Benchmark.of("b", [("0", record)]).items
    return item


@pytest.mark.parametrize(
    ("record", "item"),
    [
        (
            {"task_id": "HumanEval/0", "prompt": "def f(x):", "canonical_solution": "  return x", "test": "assert f"},
            Item("HumanEval/0", "def f(x):", "", "  return x"),
        ),
        ({"question": "2 + 2?", "answer": "#### 4"}, Item("0", "2 + 2?", "", "#### 4")),
        ({"question": "Which?", "choices": ["red", "blue"], "answer": 1}, Item("0", "Which?", "", "red\nblue")),
        (
            {"id": "a", "question": {"stem": "Which?", "choices": [{"text": "red"}]}, "answerKey": "A"},
            Item("a", "Which?"),
        ),
        ({"question": "Which?", "choices": {"text": ["red"], "label": ["A"]}}, Item("0", "Which?", "", "red")),
        ({"Question": "Who?", "A": "he", "B": "she"}, Item("0", "Who?", "", "he\nshe")),
        ({"Question": "Why?", "Best Answer": "Because."}, Item("0", "Why?", "", "Because.")),
        ({"instruction": "Add.", "input": "1 1", "output": "2"}, Item("0", "Add.\n1 1", "", "2")),
        (
            {"QUESTION": "Does it?", "CONTEXTS": ["One.", "Two."], "LONG_ANSWER": "It does.", "final_decision": "yes"},
            Item("0", "Does it?", "One.\nTwo.", "It does."),
        ),
        ({"key": 7, "prompt": "Write."}, Item("7", "Write.")),
        ({"question_id": 81, "turns": ["First.", "Then."]}, Item("81", "First.\nThen.")),
        ({"text": "Only this."}, Item("0", "Only this.")),
        ({"frage": "Was?", "antwort": "Das."}, Item("0", "Was?\nDas.")),
    ],
)
def test_any_layout_is_an_item(record: dict, item: Item) -> None:
    assert only(record) == item


def test_nested_questions_share_their_passage() -> None:
    answers = [{"text": "red", "answer_start": 0}]
    record = {
        "paragraphs": [
            {
                "context": "Red and blue.",
                "qas": [{"id": "q1", "question": "First?", "answers": answers}, {"id": "q2", "question": "Second?"}],
            }
        ]
    }
    assert Benchmark.of("b", [("0", record)]).items == (
        Item("q1", "First?", "Red and blue.", "red"),
        Item("q2", "Second?", "Red and blue."),
    )


def test_ids_that_repeat_are_told_apart() -> None:
    found = Benchmark.of("b", [("0", {"id": "x", "text": "one"}), ("1", {"id": "x", "text": "two"})])
    assert [item.id for item in found.items] == ["x#0", "x#1"]


def test_records_without_text_are_counted() -> None:
    assert Benchmark.of("b", [("0", {"answer": 3}), ("1", None), ("2", {"text": "x"})]).unread == 2


def test_files_of_any_format_are_read(tmp_path: Path) -> None:
    files = {
        "a.jsonl": b'{"question": "Who?"}\nno json\n',
        "b.csv": b"question,answer\nWho?,She\n",
        "c.json": b'[{"question": "Who?"}]',
        "d.json": orjson.dumps({"data": [{"paragraphs": [{"context": "c", "qas": [{"question": "Who?"}]}]}]}),
        "e.json": orjson.dumps({"17": {"QUESTION": "Who?"}, "18": {"QUESTION": "Why?"}}),
    }
    for name, content in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        found = Benchmark.read(path)
        assert (found.name, found.items[0].question) == (path.stem, "Who?")
        assert found.unread == (name == "a.jsonl")
    assert [item.id for item in Benchmark.read(tmp_path / "e.json").items] == ["17", "18"]


def test_what_is_no_benchmark_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"")
    (tmp_path / "x.json.gz").write_bytes(gzip.compress(b'{"17": {"QUESTION": "Who?"}, "18": {"QUESTION": "Why?"}}'))
    for name in ("x.jsonl", "x.json.gz"):
        with pytest.raises(FileRefused):
            Benchmark.read(tmp_path / name)
