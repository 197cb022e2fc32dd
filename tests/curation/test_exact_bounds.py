"""Exact bounds: equal to an independent library's, and true as often as stated."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from app.curation.exact_bounds import (
    binomial_bound,
    binomial_tail,
    exact_interval,
    hypergeometric_tail,
    upper_bound,
)
from benchmarks.acceptance import by_groups, peeking, table


@given(st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
@settings(max_examples=150)
def test_binomial_bound_is_clopper_and_pearson_s(found: tuple[int, int], confidence: float) -> None:
    defects, judged = found
    expected = 1.0 if defects == judged else stats.beta.ppf(confidence, defects + 1, judged - defects)
    assert binomial_bound(defects, judged, confidence) == pytest.approx(expected, abs=1e-9)


@given(st.data())
@settings(max_examples=150)
def test_tails_equal_those_of_an_independent_library(data: st.DataObject) -> None:
    population = data.draw(st.integers(1, 200_000))
    judged = data.draw(st.integers(0, min(population, 2_000)))
    defective = data.draw(st.integers(0, population))
    defects = data.draw(st.integers(0, min(judged, 50)))
    expected = stats.hypergeom.cdf(defects, population, defective, judged)
    assert hypergeometric_tail(defects, judged, defective, population) == pytest.approx(expected, abs=1e-6)
    rate = defective / population
    assert binomial_tail(defects, judged, rate) == pytest.approx(stats.binom.cdf(defects, judged, rate), abs=1e-9)


@pytest.mark.parametrize(("defects", "judged", "population"), [(0, 39, 50), (2, 100, 400), (5, 60, 900), (0, 1, 2)])
def test_bound_of_a_small_stratum_is_the_largest_number_that_is_not_too_unlikely(
    defects: int, judged: int, population: int
) -> None:
    possible = range(defects, population - judged + defects + 1)
    most = max(k for k in possible if stats.hypergeom.cdf(defects, population, k, judged) > 0.05)
    bound = upper_bound(defects, judged, population, 0.95)
    assert (bound.most, bound.method) == (most, "hypergeometric")


def test_a_small_stratum_has_the_tighter_bound_and_a_large_one_says_the_other_method() -> None:
    small, large = upper_bound(2, 200, 1_000, 0.95), upper_bound(2, 200, 100_000, 0.95)
    assert (small.method, large.method) == ("hypergeometric", "binomial")
    assert small.rate < large.rate == pytest.approx(0.03116, abs=1e-4)


def test_nothing_judged_is_nothing_known_and_everything_judged_is_known() -> None:
    assert upper_bound(0, 0, 500, 0.95).rate == 1.0
    assert upper_bound(0, 0, 0, 0.95).most == 0
    assert upper_bound(7, 500, 500, 0.95).most == 7
    assert exact_interval(0, 0) == (0.0, 1.0)


def test_interval_of_a_share_has_both_ends() -> None:
    expected = stats.binomtest(1, 5).proportion_ci(0.95, "exact")
    assert exact_interval(1, 5) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_stated_confidence_holds_in_simulated_strata() -> None:
    lines = list(table(10_000))
    assert len(lines) > 100
    assert {one.method for one in lines} == {"binomial", "hypergeometric"}
    assert [one for one in lines if one.share < one.confidence - 0.005] == []
    # A bound that always held would be useless: at the tolerable rate itself it fails about as often as it may.
    assert min(one.share - one.confidence for one in lines) < 0.01


def test_a_stratum_that_is_just_too_bad_is_accepted_no_more_often_than_stated() -> None:
    assert [one for one in table(4_000) if one.rate > 0.02 and one.passed > 1 - one.confidence + 0.012] == []


def test_confidence_holds_where_groups_differ_in_quality() -> None:
    assert by_groups(2_000) >= 0.945


def test_looking_early_would_promise_too_much() -> None:
    """Why a certificate counts at the planned size only."""
    assert peeking(2_000) > 0.1


def test_numbers_of_numpy_are_not_needed() -> None:
    assert isinstance(upper_bound(int(np.int64(1)), 50, 100, 0.9).rate, float)
