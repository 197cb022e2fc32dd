"""Sides of rows: whole groups, by seed and content alone."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.curation.releasing.splitting import OUT, TEST, TRAIN, VALIDATION, Shares, at_random, drawn, split

SHARES = st.tuples(st.sampled_from([0.0, 0.05, 0.1, 0.2, 0.4]), st.sampled_from([0.0, 0.1, 0.25, 0.5])).map(
    lambda both: Shares(*both)
)


@st.composite
def rows(draw: Any, strata: int = 1) -> tuple[Any, Any, Any]:
    """(groups, strata, contents) of rows whose groups have all kinds of sizes."""
    sizes = draw(st.lists(st.integers(1, 12), min_size=1, max_size=60))
    groups = np.repeat(np.arange(len(sizes)), sizes)
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    return (
        groups,
        chance.integers(0, strata, len(groups)).astype(np.uint64),
        drawn(np.arange(len(groups), dtype=np.uint64), 5),
    )


def sides(groups: Any, codes: Any) -> list[set[int]]:
    return [set(codes[groups == group].tolist()) for group in np.unique(groups)]


@given(rows(strata=4), SHARES, st.integers(0, 9))
def test_no_group_stands_on_two_sides(given_rows: Any, shares: Shares, seed: int) -> None:
    groups, strata, contents = given_rows
    assert all(len(side) == 1 for side in sides(groups, split(groups, strata, contents, shares, seed)))


@given(rows(), SHARES, st.integers(0, 9))
def test_shares_are_met_within_one_group(given_rows: Any, shares: Shares, seed: int) -> None:
    groups, strata, contents = given_rows
    codes = split(groups, strata, contents, shares, seed)
    largest = np.bincount(groups).max()
    for code, share in ((VALIDATION, shares.validation), (TEST, shares.test)):
        many = (codes == code).sum()
        assert share * len(codes) - max(largest, 1) < many <= share * len(codes) + 1e-6


@given(st.lists(st.integers(1, 200), min_size=1, max_size=12), SHARES, st.integers(0, 9))
def test_single_rows_are_divided_exactly_in_every_stratum(sizes: list[int], shares: Shares, seed: int) -> None:
    strata = np.repeat(np.arange(len(sizes), dtype=np.uint64), sizes)
    codes = split(np.arange(len(strata)), strata, drawn(np.arange(len(strata), dtype=np.uint64), 1), shares, seed)
    for code, share in ((VALIDATION, shares.validation), (TEST, shares.test)):
        assert abs((codes == code).sum() - share * len(strata)) < 1 + 1e-6
        for stratum, size in enumerate(sizes):
            assert abs((codes[strata == stratum] == code).sum() - share * size) <= max(1, share * size) + 1e-6


@given(rows(strata=3), SHARES, st.integers(0, 9), st.randoms())
def test_neither_the_order_of_rows_nor_the_numbers_of_groups_matter(
    given_rows: Any, shares: Shares, seed: int, chance: Any
) -> None:
    groups, strata, contents = given_rows
    codes = split(groups, strata, contents, shares, seed)
    order = np.array(chance.sample(range(len(groups)), len(groups)))
    renamed = np.array(chance.sample(range(1000), int(groups.max()) + 1))[groups]
    assert np.array_equal(codes[order], split(renamed[order], strata[order], contents[order], shares, seed))


@given(rows(strata=2), SHARES, st.data())
def test_a_frozen_test_split_stays_exactly_as_it_was(given_rows: Any, shares: Shares, data: Any) -> None:
    groups, strata, contents = given_rows
    frozen = np.array(data.draw(st.lists(st.booleans(), min_size=len(groups), max_size=len(groups))))
    codes = split(groups, strata, contents, shares, 3, frozen)
    assert np.array_equal(codes == TEST, frozen)
    for group in np.unique(groups):
        others = codes[(groups == group) & ~frozen]
        assert set(others.tolist()) <= ({OUT} if frozen[groups == group].any() else {TRAIN, VALIDATION})


def test_a_group_that_is_larger_than_a_share_trains() -> None:
    groups = np.r_[np.zeros(60, int), np.arange(1, 41)]
    codes = split(groups, np.zeros(100, np.uint64), drawn(np.arange(100, dtype=np.uint64), 0), Shares(0.1, 0.2), 0)
    assert set(codes[:60].tolist()) == {TRAIN}
    assert [(codes == code).sum() for code in (VALIDATION, TEST)] == [10, 20]


def test_groups_of_several_rows_are_tested_too() -> None:
    groups = np.repeat(np.arange(300), 3)
    codes = split(groups, np.zeros(900, np.uint64), drawn(np.arange(900, dtype=np.uint64), 0), Shares(0.1, 0.1), 0)
    assert (codes == TEST).sum() == pytest.approx(90, abs=3)
    assert (codes == VALIDATION).sum() == pytest.approx(90, abs=3)


def test_the_seed_decides() -> None:
    contents = drawn(np.arange(500, dtype=np.uint64), 0)
    one, same, other = (
        split(np.arange(500), np.zeros(500, np.uint64), contents, Shares(0.1, 0.1), seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert np.bincount(one).tolist() == np.bincount(other).tolist() == [400, 50, 50]


def test_the_naive_split_has_the_same_shares() -> None:
    codes = at_random(drawn(np.arange(1000, dtype=np.uint64), 0), Shares(0.1, 0.2), 4)
    assert np.bincount(codes).tolist() == [700, 100, 200]
