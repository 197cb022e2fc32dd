"""Drawing by lot: the same chance for each, groups in proportion, the same draw for the same seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.curation.lots import bins, drawn


@given(st.lists(st.integers(0, 5), min_size=1, max_size=300), st.integers(0, 2**31), st.data())
@settings(max_examples=100)
def test_each_group_gives_its_share_and_nobody_is_drawn_twice(groups: list[int], seed: int, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(groups)))
    of = np.array(groups, np.int64)
    places = drawn(size, of, seed)
    assert len(set(places.tolist())) == size
    assert set(places.tolist()) <= set(range(len(groups)))
    for group in set(groups):
        share = size * (of == group).sum() / len(of)
        assert abs((of[places] == group).sum() - share) < 1 + 1e-9


def test_the_same_seed_draws_the_same() -> None:
    of = np.zeros(1_000, np.int64)
    assert drawn(50, of, 7).tolist() == drawn(50, of, 7).tolist() != drawn(50, of, 8).tolist()


def test_every_member_has_the_same_chance() -> None:
    of = np.repeat(np.arange(4), [40, 7, 2, 1])
    times = np.bincount(np.concatenate([drawn(10, of, seed) for seed in range(5_000)]), minlength=50)
    assert times / 5_000 == pytest.approx(np.full(50, 0.2), abs=0.03)


def test_they_come_in_random_order() -> None:
    of = np.repeat(np.arange(2), 500)
    firsts = [of[drawn(100, of, seed)[:50]].mean() for seed in range(200)]
    assert np.mean(firsts) == pytest.approx(0.5, abs=0.03)
    assert np.std(firsts) > 0.02


def test_bins_are_about_equal_and_unknown_values_stand_apart() -> None:
    values = np.concatenate([np.arange(1_000.0), np.full(50, np.nan)])
    sizes = np.unique(bins(values), return_counts=True)
    assert sizes[0].tolist() == [-1, *range(10)]
    assert sizes[1].tolist() == [50, *[100] * 10]
    assert set(bins(np.full(3, np.nan)).tolist()) == {-1}
    assert bins(np.empty(0)).tolist() == []


def test_nothing_to_draw_from() -> None:
    assert drawn(0, np.empty(0, np.int64), 1).tolist() == []
