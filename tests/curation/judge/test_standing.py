"""Agreement of a judge with experts: the published figures, nothing below the least number, honest bins."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from app.curation.judge.standing import LEAST, bins, kappa, kendall, spearman, standing

RATINGS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=60)


@given(pairs=RATINGS)
def test_figures_are_those_of_scipy_and_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    one, other = (np.array(side, np.float64) for side in zip(*pairs, strict=True))
    if len(set(one)) > 1 and len(set(other)) > 1:
        assert spearman(one, other) == pytest.approx(stats.spearmanr(one, other).statistic)
        assert kendall(one, other) == pytest.approx(stats.kendalltau(one, other).statistic)
        expected = cohen_kappa_score(one, other, weights="quadratic", labels=range(5))
        assert kappa(one, other, 5) == pytest.approx(expected)
    else:
        assert np.isnan(spearman(one, other))


def test_nothing_is_said_of_few_samples() -> None:
    few = np.linspace(0, 1, LEAST - 1)
    assert not standing(few, few, 5).is_measured
    assert not standing(np.linspace(0, 1, 100), np.ones(100), 2).is_measured


def test_a_judge_that_agrees_and_one_that_does_not() -> None:
    chance = np.random.default_rng(1)
    experts = chance.integers(0, 2, 200).astype(np.float64)
    good = standing(np.clip(experts * 0.6 + chance.random(200) * 0.4, 0, 1), experts, 2)
    none = standing(chance.random(200), experts, 2)
    assert good.kappa.value is not None
    assert good.kappa.low is not None
    assert good.kappa.value >= good.kappa.low > 0.5
    assert none.spearman.low is not None
    assert none.spearman.high is not None
    assert none.spearman.low < 0 < none.spearman.high
    assert good.error < none.error


def test_bins_by_hand() -> None:
    found = bins(np.array([0.0, 0.1, 0.9, 1.0]), np.array([0.0, 1.0, 1.0, 1.0]))
    assert [(one.low, one.samples, one.mean_expert) for one in found] == [(0.0, 2, 0.5), (0.8, 2, 1.0)]
    assert found[1].mean_score == pytest.approx(0.95)
