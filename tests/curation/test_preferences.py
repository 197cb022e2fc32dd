"""Which of several samples is preferred: the first preference that tells them apart decides."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.curation.preferences import priority

VALUES = st.one_of(st.floats(-3, 3), st.just(float("nan")), st.sampled_from([0.0, 1.0]))


@given(st.integers(1, 3).flatmap(lambda keys: st.lists(st.tuples(*[VALUES] * keys), min_size=1, max_size=12)))
def test_order_is_that_of_the_values_compared_one_after_the_other(rows: list[tuple[float, ...]]) -> None:
    names = [f"key {number}" for number in range(len(rows[0]))]
    found = priority(names, {name: np.array([row[at] for row in rows]) for at, name in enumerate(names)})
    known = [tuple(-np.inf if np.isnan(value) else value for value in row) for row in rows]
    for one, rank in zip(known, found, strict=True):
        for other, its_rank in zip(known, found, strict=True):
            assert (one > other) == (rank > its_rank)


def test_what_is_not_known_is_the_worst() -> None:
    assert priority(["quality"], {"quality": np.array([0.1, np.nan])}).tolist() == [1, 0]
