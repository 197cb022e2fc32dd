"""Verdicts: every failing rule, with its value and bound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.bounds import Limit, Measure, Rule
from app.curation.verdict import Reason, judge

WORDS = Measure("answer_words", "Answer length", "words")
SHORT = Rule(WORDS, "min", "answer_too_short")
LONG = Rule(WORDS, "max", "answer_too_long")


def test_all_failing_rules_are_named() -> None:
    measures = {"answer_words": np.array([3.0, 50.0, 40.0]), "share": np.array([0.9, 0.1, 0.5])}
    repeats = Rule(Measure("share", "Share", kind="share"), "max", "repeats")
    found = judge(measures, [Limit(SHORT, 40), Limit(repeats, 0.5)])
    assert found == {0: [Reason("answer_too_short", "answer_words", 3.0, 40), Reason("repeats", "share", 0.9, 0.5)]}


@given(st.lists(st.floats(allow_nan=True, allow_infinity=False)), st.floats(allow_nan=False, allow_infinity=False))
def test_exactly_the_wrong_side_fails(values: list[float], bound: float) -> None:
    measures = {"answer_words": np.array(values, np.float64)}
    below, above = judge(measures, [Limit(SHORT, bound)]), judge(measures, [Limit(LONG, bound)])
    assert set(below) == {row for row, value in enumerate(values) if value < bound}
    assert set(above) == {row for row, value in enumerate(values) if value > bound}


@pytest.mark.parametrize(
    ("rule", "value", "bound", "words"),
    [
        (SHORT, 3, 40, "3 words, needs 40 words"),
        (LONG, 1, 0, "1 word, at most 0 words"),
        (Rule(Measure("s", "S", kind="share"), "max", "x"), 0.455, 0.3, "45.5 %, at most 30 %"),
        (Rule(Measure("s", "S", kind="flag"), "max", "answer_declines"), 1, 0, "Answer declines"),
        (Rule(Measure("s", "S", kind="score"), "min", "x"), 0.12345, 0.5, "0.123, needs 0.5"),
    ],
)
def test_a_reason_in_words(rule: Rule, value: float, bound: float, words: str) -> None:
    assert rule.sentence(value, bound) == words
