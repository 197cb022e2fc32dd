"""Distances against values worked out by hand."""

import pytest

from app.curation import distances


@pytest.mark.parametrize(("one", "other", "jaccard", "masi"), [
    ("", "", 0, 0),
    ("a", "a", 0, 0),
    ("a", "ab", 1 / 2, 1 - 1 / 2 * 2 / 3),
    ("ab", "bc", 2 / 3, 1 - 1 / 3 * 1 / 3),
    ("a", "b", 1, 1),
    ("", "b", 1, 1),
])  # fmt: skip
def test_sets(one: str, other: str, jaccard: float, masi: float) -> None:
    assert distances.jaccard(one, other) == pytest.approx(jaccard)
    assert distances.masi(one, other) == pytest.approx(masi)


@pytest.mark.parametrize(("other", "apart"), [
    ([["a"], ["b"], ["c"]], 0),
    ([["c"], ["b"], ["a"]], 1),
    ([["b"], ["a"], ["c"]], 1 / 3),
    ([["a", "b"], ["c"]], 1 / 6),
    ([["a", "b", "c"]], 1 / 2),
])  # fmt: skip
def test_rankings_by_the_pairs_they_put_differently(other: list[list[str]], apart: float) -> None:
    assert distances.ranking([["a"], ["b"], ["c"]], other) == pytest.approx(apart)


def span(start: int, end: int, label: str = "x", turn: int = 0) -> dict[str, object]:
    return {"path": ["messages", turn, "content"], "start": start, "end": end, "label": label}


@pytest.mark.parametrize(("one", "other", "apart"), [
    ([], [], 0),
    ([span(0, 10)], [], 1),
    ([span(0, 10)], [span(5, 10)], 1 / 2),
    ([span(0, 10)], [span(0, 4), span(4, 10)], 0),
    ([span(0, 10)], [span(0, 10, "y")], 1),
    ([span(0, 10)], [span(0, 10, turn=1)], 1),
    ([span(0, 10), span(5, 20)], [span(0, 10)], 1 / 2),
])  # fmt: skip
def test_spans_by_characters(one: list[dict[str, object]], other: list[dict[str, object]], apart: float) -> None:
    assert distances.spans(one, other) == pytest.approx(apart)


def test_steps_of_a_scale() -> None:
    assert distances.stepwise(1, 5, 4) == 1
    assert distances.stepwise(2, 3, 4) == 0.25
