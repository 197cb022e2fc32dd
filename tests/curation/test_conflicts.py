"""Conflicts: which answers disagree, and with whom."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from app.curation.agreeing import compare
from app.curation.batch import Batch
from app.curation.conflicts import Conflicts, among, partners
from app.curation.edges import Edges, edges
from app.curation.sample import Sample
from tests.curation.samples import chat, instruction, text


def found(samples: Sequence[Sample], **settings: object) -> Edges:
    def fetch(rows: Sequence[int]) -> Batch:
        return Batch([samples[row] for row in rows])

    one = Conflicts.model_validate(settings)
    return edges(one, one.signatures(Batch(samples)), fetch)


def pairs(samples: Sequence[Sample], **settings: object) -> list[list[int]]:
    return found(samples, **settings).pairs.tolist()


def keys(*samples: Sample) -> NDArray[np.uint64]:
    return Conflicts().signatures(Batch(samples)).view(np.uint64)


def test_partners_are_named_on_both_sides() -> None:
    samples = [
        instruction("What is the capital of Australia?", "Canberra."),
        instruction("What is salt?", "A mineral."),
        instruction("what is the capital of australia", "The capital is Sydney."),
        instruction("What is the capital of Australia?", "It is Canberra."),
    ]
    disputes = partners(found(samples))
    assert {row: [other for other, _ in some] for row, some in disputes.items()} == {0: [2], 2: [0, 3], 3: [2]}


def test_a_near_question_counts_where_only_common_words_and_order_differ() -> None:
    samples = [
        instruction("Please, what is the highest mountain of Europe?", "Mont Blanc"),
        instruction("In Europe, what is the highest mountain", "Elbrus"),
        instruction("What is the highest mountain of Africa?", "Kilimanjaro"),
    ]
    assert pairs(samples) == [[0, 1]]
    assert pairs(samples, near_questions=False) == []


def test_long_answers_may_differ() -> None:
    samples = [instruction("Write a poem.", "rose " * 70), instruction("Write a poem.", "thorn " * 70)]
    assert pairs(samples, open_requests=True) == []
    assert pairs(samples, open_requests=True, longest_answer=100) == [[0, 1]]
    assert pairs(samples, longest_answer=100) == []


def test_no_question_has_no_key_and_a_system_prompt_is_part_of_it() -> None:
    found = keys(text("a"), text("a"), chat("Hi", "a"), chat("Hi", "b", system="Be brief."), chat("hi!", "c"))
    assert found[:2].tolist() == [[0, 0], [0, 0]]
    assert (found[2] != found[3]).all()
    assert (found[2] == found[4]).all()


def test_a_large_group_is_compared_with_its_first() -> None:
    samples = [instruction("How high is it?", f"{number} m") for number in range(1, 201)]
    assert len(pairs(samples)) == 30 * 29 // 2 + 170


def test_later_rows_bring_the_pairs_that_were_missing() -> None:
    samples = [instruction("How high is it?", f"{number % 7} m") for number in range(50)]
    one = Conflicts()
    signatures = one.signatures(Batch(samples))

    def fetch(rows: Sequence[int]) -> Batch:
        return Batch([samples[row] for row in rows])

    before = edges(one, signatures[:20], fetch).pairs.tolist()
    after = edges(one, signatures, fetch, since=20).pairs.tolist()
    assert sorted(before + after) == sorted(pairs(samples))


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
    found = keys(instruction(one, "a"), instruction(other, "b"))
    assert bool(found[0, 1] == found[1, 1]) is near
    assert found[0, 0] != found[1, 0]


def test_only_conflicts_among_samples_that_pass_count() -> None:
    samples = [instruction("How high is it?", f"{number} m") for number in (1, 2, 3)]
    passes = np.array([True, False, True])
    assert among(found(samples), passes).pairs.tolist() == [[0, 2]]
