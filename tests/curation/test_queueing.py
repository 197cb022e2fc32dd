"""Orders of a queue as ranks."""

import numpy as np

from app.curation import queueing


def test_a_shuffle_depends_on_the_seed_and_the_sample_alone() -> None:
    ids = np.arange(1, 5_001)
    ranks = queueing.shuffled(ids, 4)

    assert np.array_equal(queueing.shuffled(ids[100:200], 4), ranks[100:200])
    assert not np.array_equal(queueing.shuffled(ids, 5), ranks)
    assert len(np.unique(ranks)) == len(ids)
    assert np.all(np.histogram(ranks, 10, (0, 1))[0] > 400)
    assert abs(np.corrcoef(ids, ranks)[0, 1]) < 0.05


def test_a_gap_is_filled_until_all_strata_are_even() -> None:
    strata = np.array([0] * 6 + [1] * 6)
    approved = np.array([True] * 3 + [False] * 3 + [False] * 6)
    ranks = queueing.evenly(strata, approved, ~approved)
    order = [int(row) for row in np.argsort(ranks, kind="stable") if not approved[row]]

    assert order[:3] == [6, 7, 8]  # the second stratum has none yet
    assert [int(strata[row]) for row in order[3:]] == [0, 1, 0, 1, 0, 1]


def test_batches_come_first_in_the_order_of_their_dates_and_keep_their_own() -> None:
    ranks = np.array([-5.0, 3.0, 1.0, 2.0, -1e6, queueing.LAST])
    batch = np.array([-1, 1, 1, 0, -1, 0])

    assert np.argsort(queueing.batched(ranks, batch, 2)).tolist() == [3, 5, 2, 1, 4, 0]


def test_what_was_not_measured_comes_last() -> None:
    assert np.argsort(queueing.highest_first(np.array([np.nan, 0.2, 0.9]))).tolist() == [2, 1, 0]
