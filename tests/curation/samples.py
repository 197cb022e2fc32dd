"""Samples for tests, in one line each."""

from typing import Any

from app.curation.sample import Form, Sample, Source


def instruction(prompt: str = "What is the capital of France?", response: str = "Paris.", **more: Any) -> Sample:
    return Sample(Form.INSTRUCTION, {"prompt": prompt, "response": response, **more}, Source("a.jsonl", 0))


def text(text: str) -> Sample:
    return Sample(Form.TEXT, {"text": text}, Source("a.jsonl", 0))


def chat(*turns: str, system: str | None = None) -> Sample:
    """Turns by user and assistant in alternation."""
    messages = [{"role": "system", "content": system}] if system else []
    roles = ("user", "assistant")
    messages += [{"role": roles[index % 2], "content": turn} for index, turn in enumerate(turns)]
    return Sample(Form.CHAT, {"messages": messages}, Source("a.jsonl", 0))


def preference(prompt: str, chosen: str, rejected: str) -> Sample:
    content = {"messages": [{"role": "user", "content": prompt}], "chosen": chosen, "rejected": rejected}
    return Sample(Form.PREFERENCE, content, Source("a.jsonl", 0))
