"""A few-shot prompt: eight examples that differ, the same ones whatever the order and number of rows before them."""

import io
import random

import pytest

from app.curation.exporters import fewshot
from app.curation.exporters.fewshot import Prompt, far_apart
from app.curation.sample import Json

TOPICS = ["liver enzymes", "broken wrist", "tax return", "tenant law", "rye bread", "steam engine", "bird song", "chess"]


def rows(count: int, seed: int = 0) -> list[Json]:
    """Near copies on eight topics."""
    drawn = random.Random(seed)
    return [
        {"system": "", "input": f"About {topic}: {' '.join(drawn.choices('abcde', k=2))}?", "output": f"{topic} {topic}."}
        for topic in TOPICS
        for _ in range(count)
    ]


def prompt(some: list[Json]) -> str:
    file = io.BytesIO()
    with Prompt(file) as writer:
        for row in some:
            writer.write(row)
    return file.getvalue().decode()


def test_each_topic_is_there_once() -> None:
    made = prompt(rows(30))
    assert made.count("<example>\n") == made.count("</example>\n") == 8
    assert [topic for topic in TOPICS if f"About {topic}:" not in made] == []


def test_the_order_of_rows_does_not_matter() -> None:
    some = rows(10)
    turned = random.Random(1).sample(some, len(some))
    assert prompt(turned) == prompt(some)


def test_no_more_than_the_candidates_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fewshot, "CANDIDATES", 20)
    some = rows(30)
    writer = Prompt(io.BytesIO())
    for row in some:
        writer.write(row)
    assert len(writer._held) == 20
    assert prompt(some) == prompt(some[::-1])


def test_long_samples_are_passed_over_while_there_are_short_ones() -> None:
    long = [{"system": "", "input": f"Long {number}?", "output": "word " * 1_000} for number in range(20)]
    assert "Long" not in prompt(long + rows(1))
    assert prompt(long[:3]).count("Long") == 3


def test_few_rows_all_appear_and_none_give_an_empty_prompt() -> None:
    assert prompt(rows(1)[:3]).count("<example>") == 3
    assert prompt(rows(1)[:1] * 5).count("<example>") == 1
    assert prompt([]) == ""


def test_the_first_is_typical_and_the_next_is_farthest() -> None:
    assert far_apart(["a b c", "a b d", "a b", "x y z"], 2) == [2, 3]


def test_a_system_prompt_stands_before_its_question() -> None:
    assert prompt([{"system": "Be kind.", "input": "Hi", "output": "Hello"}]) == (
        "<example>\n<system>\nBe kind.\n</system>\n<input>\nHi\n</input>\n<output>\nHello\n</output>\n</example>\n\n"
    )
