"""What each shape makes of a record: its form, its content, and what stays metadata."""

import pytest

from app.curation.sample import Form, Json, Source, turns
from app.curation.shapes import known, understand

SOURCE = Source("a.jsonl", 0)


def read(record: Json) -> tuple[str, Form, Json]:
    sample = understand(record, SOURCE)
    return sample.metadata["_shape"]["name"], sample.form, sample.content


def user(text: str) -> Json:
    return {"role": "user", "content": text}


def assistant(text: str) -> Json:
    return {"role": "assistant", "content": text}


def system(text: str) -> Json:
    return {"role": "system", "content": text}


CALL = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
TWO_PARTS = {"role": "user", "content": [{"type": "text", "text": "Do"}, {"type": "text", "text": "it"}]}
CASES = {
    "alpaca": (
        {"instruction": "Add.", "input": "1 2", "output": "3", "id": 5},
        ("alpaca", Form.INSTRUCTION, {"prompt": "Add.", "context": "1 2", "response": "3"}),
    ),
    "alpaca without input": (
        {"instruction": "Add.", "input": "", "output": "3"},
        ("alpaca", Form.INSTRUCTION, {"prompt": "Add.", "response": "3"}),
    ),
    "dolly": (
        {"instruction": "Add.", "context": "1 2", "response": "3", "category": "open"},
        ("alpaca", Form.INSTRUCTION, {"prompt": "Add.", "context": "1 2", "response": "3"}),
    ),
    "alpaca with history": (
        {"instruction": "And", "input": "you?", "output": "Fine.", "system": "S", "history": [["Hi", "Hello"]]},
        (
            "alpaca",
            Form.CHAT,
            {
                "messages": [
                    system("S"),
                    user("Hi"),
                    assistant("Hello"),
                    {"role": "user", "content": [{"type": "text", "text": "And"}, {"type": "text", "text": "you?"}]},
                    assistant("Fine."),
                ]
            },
        ),
    ),
    "sharegpt": (
        {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Yo", "w": 1}], "system": "S"},
        ("sharegpt", Form.CHAT, {"messages": [system("S"), user("Hi"), assistant("Yo") | {"w": 1}]}),
    ),
    "sharegpt tools": (
        {"conversations": [{"from": "function_call", "value": "{}"}, {"from": "observation", "value": "1"}]},
        ("sharegpt", Form.CHAT, {"messages": [assistant("{}"), {"role": "tool", "content": "1"}]}),
    ),
    "openai": (
        {"messages": [user("Hi"), CALL], "tools": [1]},
        ("openai_messages", Form.CHAT, {"messages": [user("Hi"), CALL]}),
    ),
    "llama-factory parts": (
        {"messages": [{"role": "user", "content": [{"type": "text", "value": "Hi"}]}]},
        ("openai_messages", Form.CHAT, {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}),
    ),
    "trl conversational": (
        {"prompt": [user("Hi")], "completion": [assistant("Yo")]},
        ("prompt_completion", Form.CHAT, {"messages": [user("Hi"), assistant("Yo")]}),
    ),
    "orca": (
        {"system_prompt": "S", "question": "Q?", "response": "A", "id": "x"},
        ("question_answer", Form.INSTRUCTION, {"system": "S", "prompt": "Q?", "response": "A"}),
    ),
    "question with a body": (
        {"question": "Q?", "question_text": "I have ...", "answer": "A", "url": "u"},
        ("question_answer", Form.INSTRUCTION, {"prompt": "Q?", "context": "I have ...", "response": "A"}),
    ),
    "question with an empty body": (
        {"question": "Q?", "question_text": " ", "answer": "A"},
        ("question_answer", Form.INSTRUCTION, {"prompt": "Q?", "response": "A"}),
    ),
    "question with a body that is no text": (
        {"question": "Q?", "question_body": ["x"], "answer": "A"},
        ("question_answer", Form.INSTRUCTION, {"prompt": "Q?", "response": "A"}),
    ),
    "plural columns": (
        {"Question_ID": "1", "Questions": "Q?", "Answers": "A"},
        ("question_answer", Form.INSTRUCTION, {"prompt": "Q?", "response": "A"}),
    ),
    "answer in html only": (
        {"question": "Q?", "answer_html": "<p>A</p>", "link": "u"},
        ("question_answer", Form.INSTRUCTION, {"prompt": "Q?", "response": "<p>A</p>"}),
    ),
    "html beside the answer": (
        {"question": "Q?", "answer_html": "<p>A</p>", "answer": "A"},
        ("question_answer", Form.INSTRUCTION, {"prompt": "Q?", "response": "A"}),
    ),
    "preference strings": (
        {"prompt": "Q?", "chosen": "A", "rejected": "B"},
        ("preference", Form.PREFERENCE, {"messages": [user("Q?")], "chosen": "A", "rejected": "B"}),
    ),
    "preference llama-factory": (
        {"conversations": [{"from": "human", "value": "Q?"}], "chosen": {"from": "gpt", "value": "A"},
         "rejected": {"from": "gpt", "value": "B"}},
        ("preference", Form.PREFERENCE, {"messages": [user("Q?")], "chosen": "A", "rejected": "B"}),
    ),
    "preference trl implicit": (
        {"chosen": [user("Q?"), assistant("A")], "rejected": [user("Q?"), assistant("B")], "prompt": "Q?"},
        ("preference", Form.PREFERENCE, {"messages": [user("Q?")], "chosen": "A", "rejected": "B"}),
    ),
    "same answers": (
        {"chosen": [user("Q?"), assistant("A")], "rejected": [user("Q?"), assistant("A")]},
        ("preference", Form.PREFERENCE, {"messages": [user("Q?")], "chosen": "A", "rejected": "A"}),
    ),
    "preference instruction": (
        {"instruction": "Do", "input": "it", "chosen": "A", "rejected": "B"},
        (
            "preference",
            Form.PREFERENCE,
            {"messages": [TWO_PARTS], "chosen": "A", "rejected": "B"},
        ),
    ),
    "text": ({"text": "T", "url": "u"}, ("plain_text", Form.TEXT, {"text": "T"})),
    "body": ({"body": "T", "title": "t"}, ("plain_text", Form.TEXT, {"text": "T"})),
    "text beside an answer": (
        {"question": "Q", "answer": "A", "text": "T"},
        ("question_answer", Form.INSTRUCTION, {"prompt": "Q", "response": "A"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_content(name: str) -> None:
    record, expected = CASES[name]
    assert read(record) == expected


def test_unknown_fields_are_metadata() -> None:
    sample = understand({"text": "T", "score": 1.5, "_shape": {"mine": 1}, "tags": ["a"]}, SOURCE)
    assert sample.metadata == {"score": 1.5, "tags": ["a"], "_shape": {"name": "plain_text", "shadowed": {"mine": 1}}}


def test_an_edited_text_is_written_back() -> None:
    record = {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Yo"}], "id": 3}
    sample = understand(record, SOURCE)
    sample.content["messages"][1]["content"] = "Hello!"
    written = known()["sharegpt"].from_sample(sample)
    assert written == {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello!"}], "id": 3}


def test_every_sample_reads_as_turns_of_text() -> None:
    for record, _ in CASES.values():
        sample = understand(record, SOURCE)
        assert all(type(turn.text) is str for turn in turns(sample.form, sample.content))


def test_the_preferred_shape_is_asked_first() -> None:
    record = {"instruction": "I", "output": "O", "text": "whole prompt"}
    assert understand(record, SOURCE, known()["plain_text"]).form is Form.TEXT
    assert understand(record, SOURCE).form is Form.INSTRUCTION
