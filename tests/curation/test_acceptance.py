"""Plans of acceptance by sampling: the smallest sample that keeps the promise, and what passes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from app.curation.acceptance import plan, plans
from app.curation.exact_bounds import upper_bound


@given(st.integers(1, 3_000), st.sampled_from([0.005, 0.01, 0.02, 0.05, 0.2]), st.integers(0, 6))
@settings(max_examples=120)
def test_a_plan_keeps_its_promise_and_one_sample_fewer_does_not(population: int, tolerable: float, allowed: int) -> None:
    made = plan(population, tolerable, 0.95, allowed)
    if made is None:
        assert allowed >= int(tolerable * population) + 1 or allowed + 1 > tolerable * population
        return
    assert upper_bound(allowed, made.size, population, 0.95).rate <= tolerable + 1e-9
    assert made.size == allowed + 1 or upper_bound(allowed, made.size - 1, population, 0.95).rate > tolerable
    # One defect more is one too many.
    if made.size < population:
        assert upper_bound(allowed + 1, made.size, population, 0.95).rate > tolerable


@pytest.mark.parametrize(("tolerable", "size"), [(0.05, 59), (0.02, 149), (0.01, 299), (0.001, 2_995)])
def test_no_defect_allowed_in_a_large_stratum_is_the_well_known_size(tolerable: float, size: int) -> None:
    made = plan(1_000_000, tolerable, 0.95, 0)
    assert made is not None
    assert (made.size, made.method) == (size, "binomial")


def test_a_larger_sample_lets_more_good_strata_pass() -> None:
    made = plans(120_000, 0.02, 0.95, 5)
    assert [one.allowed for one in made] == [0, 1, 2, 3, 4, 5]
    sizes, chances = [one.size for one in made], [one.chance(0.005) for one in made]
    assert sizes == sorted(sizes)
    assert chances == sorted(chances)
    assert all(one.chance(0.02) <= 0.05 for one in made)
    assert chances[2] == pytest.approx(stats.binom.cdf(2, sizes[2], 0.005))


def test_the_curve_of_a_small_stratum_is_exact() -> None:
    made = plan(500, 0.02, 0.95, 1)
    assert made is not None
    assert made.curve([0.0, 0.01, 0.02])[1] == pytest.approx(stats.hypergeom.cdf(1, 500, 5, made.size))
    assert made.curve([0.0, 0.01, 0.02])[0] == 1.0


def test_too_small_a_stratum_has_no_plan() -> None:
    assert plan(50, 0.01, 0.95, 1) is None
    assert plans(0, 0.01, 0.95) == []
