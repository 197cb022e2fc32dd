"""A few dozen questions and answers, edited, rejected and labelled, for the programs that read releases."""

from dataclasses import replace
from typing import Any

from app.curation.exporter import Example
from app.curation.sample import Form, Json

SIZE = 24
TOOL: Json = {
    "type": "function",
    "function": {
        "name": "dose",
        "description": "Looks up a dose.",
        "parameters": {"type": "object", "properties": {"drug": {"type": "string"}}},
    },
}


def question(number: int) -> str:
    return f"What is the usual dose of drug number {number}?"


def answer(number: int) -> str:
    return f"Usually {number} milligrams, twice a day, with water."


def instruction(number: int, **more: Any) -> Example:
    content = {"prompt": question(number), "response": answer(number), "context": f"Leaflet {number}."}
    return Example(Form.INSTRUCTION, content, **more)


def chat(number: int, **more: Any) -> Example:
    messages = [
        {"role": "system", "content": "You help nurses."},
        {"role": "user", "content": question(number)},
        {"role": "assistant", "content": answer(number)},
    ]
    return Example(Form.CHAT, {"messages": messages[number % 2 :]}, **more)


def tool_chat(number: int) -> Example:
    call = {"id": "1", "type": "function", "function": {"name": "dose", "arguments": f'{{"drug":"{number}"}}'}}
    messages = [
        {"role": "user", "content": question(number)},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": str(number)},
        {"role": "assistant", "content": answer(number)},
    ]
    return Example(Form.CHAT, {"messages": messages}, {"tools": [TOOL]})


def text(number: int, **more: Any) -> Example:
    return Example(Form.TEXT, {"text": f"{question(number)} {answer(number)}"}, **more)


def pair(number: int) -> Example:
    messages = [{"role": "user", "content": question(number)}]
    return Example(Form.PREFERENCE, {"messages": messages, "chosen": answer(number), "rejected": "As much as you like."})


def edited(number: int) -> Example:
    made = instruction(number)
    return replace(made, original={**made.content, "response": "No idea."})


def decided(number: int) -> Example:
    """Approved, edited and rejected ones in turn."""
    return [instruction(number), edited(number), replace(instruction(number), approved=False)][number % 3]


def labelled(number: int) -> Example:
    return replace(text(number), answers={"topic": ["dose", "drug"][number % 2], "stars": number % 5 + 1})


MADE = {
    "messages": chat,
    "sharegpt": chat,
    "alpaca": instruction,
    "prompt_completion": instruction,
    "prompt_completion_chat": chat,
    "text": text,
    "preference": edited,
    "kto": decided,
    "llama_factory": chat,
    "axolotl": chat,
    "parquet": chat,
    "labels": labelled,
    "labels_csv": labelled,
    "fewshot": instruction,
    "retrieval": instruction,
}
"""What each format is tried with."""


def examples(key: str) -> dict[str, list[Example]]:
    return {
        "train": [MADE[key](number) for number in range(SIZE)],
        "test": [MADE[key](number) for number in range(SIZE, SIZE + 6)],
    }
