"""Conflicts: which answers disagree, and with whom."""

from collections.abc import Sequence

import numpy as np
import pytest

from app.curation.agreeing import compare
from app.curation.batch import Batch
from app.curation.conflicts import Conflict, Conflicts, Keys, conflicts, partners, rivals
from app.curation.sample import Sample
from tests.curation.samples import chat, instruction, text


def found(samples: Sequence[Sample], **settings: object) -> list[Conflict]:
    keys = Keys.of(Batch(samples))

    def fetch(rows: Sequence[int]) -> Batch:
        return Batch([samples[row] for row in rows])

    return list(conflicts(keys, np.ones(len(samples), np.bool_), fetch, Conflicts.model_validate(settings)))


def test_partners_are_named_on_both_sides() -> None:
    samples = [
        instruction("What is the capital of Australia?", "Canberra."),
        instruction("What is salt?", "A mineral."),
        instruction("what is the capital of australia", "The capital is Sydney."),
        instruction("What is the capital of Australia?", "It is Canberra."),
    ]
    disputes = partners(iter(found(samples)))
    assert {row: [one.row + one.partner - row for one in some] for row, some in disputes.items()} == {
        0: [2],
        2: [0, 3],
        3: [2],
    }


def test_a_near_question_counts_where_only_common_words_and_order_differ() -> None:
    samples = [
        instruction("Please, what is the highest mountain of Europe?", "Mont Blanc"),
        instruction("In Europe, what is the highest mountain", "Elbrus"),
        instruction("What is the highest mountain of Africa?", "Kilimanjaro"),
    ]
    assert [(one.row, one.partner, one.question) for one in found(samples)] == [(0, 1, "near")]
    assert found(samples, near_questions=False) == []


def test_long_answers_may_differ() -> None:
    samples = [instruction("Write a poem.", "rose " * 70), instruction("Write a poem.", "thorn " * 70)]
    assert found(samples, open_requests=True) == []
    assert len(found(samples, open_requests=True, longest_answer=100)) == 1
    assert found(samples, longest_answer=100) == []


def test_no_question_has_no_key_and_a_system_prompt_is_part_of_it() -> None:
    batch = Batch([text("a"), text("a"), chat("Hi", "a"), chat("Hi", "b", system="Be brief."), chat("hi!", "c")])
    for keys in Keys.of(batch):
        assert keys[:2].tolist() == [0, 0]
        assert keys[2] != keys[3]
        assert keys[2] == keys[4]


def test_a_large_group_is_compared_with_its_first() -> None:
    keys = np.ones(1000, np.uint64)
    assert len(rivals(keys)) == 30 * 29 // 2 + 970


@pytest.mark.parametrize(
    ("one", "other", "way", "agrees"),
    [
        ("The answer is 72.", "72", "number", True),
        ("3 + 4 = 7", "7.0", "number", True),
        ("#### 1,200", "It costs $1200.", "number", True),
        ("#### 12", "#### 21", "number", False),
        ("Yes, it is.", "No.", "verdict", False),
        ("Yes.", "Yes, of course it is.", "verdict", True),
        ("Paris", "The capital of France is Paris.", "short", True),
        ("Paris", "Lyon", "short", False),
        ("???", "!!!", "short", True),
        ("one two three four five six seven eight nine", "nine eight seven six five four three two one", "text", True),
    ],
)
def test_how_answers_are_compared(one: str, other: str, way: str, agrees: bool) -> None:
    for pair in ((one, other), (other, one)):
        used, agreement = compare(*pair)
        assert (used, agreement >= 0.5) == (way, agrees)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("What is 2 + 3?", "What is 2 + 4?", False),
        ("Is salt a mineral?", "salt is a mineral", True),
        ("Sort the list ascending", "Sort the list descending", False),
        ("What is it?", "What is that, please?", True),
        ("is it?", "is this?", False),
    ],
)
def test_near_questions_share_their_telling_words(one: str, other: str, near: bool) -> None:
    keys = Keys.of(Batch([instruction(one, "a"), instruction(other, "b")]))
    assert (keys.near[0] == keys.near[1]) is np.bool_(near)
    assert keys.same[0] != keys.same[1]


def test_conflicts_are_sought_only_among_samples_that_pass() -> None:
    samples = [instruction("How high is it?", f"{number} m") for number in (1, 2, 3)]
    batch = Batch(samples)
    passes = np.array([True, False, True])
    pairs = conflicts(Keys.of(batch), passes, lambda rows: Batch([samples[row] for row in rows]), Conflicts())
    assert [(one.row, one.partner) for one in pairs] == [(0, 2)]
