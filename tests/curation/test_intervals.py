"""Wilson's interval, against figures computed with other programs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.intervals import newcombe, wilson


@pytest.mark.parametrize(("right", "of", "low", "high"), [
    (8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962), (0, 0, 0.0, 1.0),
])  # fmt: skip
def test_published_figures(right: int, of: int, low: float, high: float) -> None:
    assert wilson(right, of) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 1000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_share_is_inside_and_more_evidence_narrows_it(given: tuple[int, int]) -> None:
    right, of = given
    low, high = wilson(right, of)
    assert 0 <= low <= right / of + 1e-12
    assert right / of - 1e-12 <= high <= 1
    narrow = wilson(4 * right, 4 * of)
    assert narrow[1] - narrow[0] < high - low


@pytest.mark.parametrize(("one", "other", "low", "high"), [
    ((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 10), 0.6075, 1.0),
])  # fmt: skip
def test_published_figures_of_a_difference(one: tuple[int, int], other: tuple[int, int], low: float, high: float) -> None:
    """Examples (a), (b) and (g) of Newcombe 1998, method 10."""
    assert newcombe(one, other) == pytest.approx((low, high), abs=1e-4)


def test_difference_reaches_far_where_one_is_unknown() -> None:
    low, high = newcombe((5, 10), (0, 0))
    assert low < -0.4
    assert high > 0.4
