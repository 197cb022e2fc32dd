"""A corpus that loses far more than the others is named."""

import numpy as np

from app.curation.removals import Removal, removal_shares, unusual
from app.curation.survivors import Copies


def test_shares_count_copies_among_the_rows_that_pass() -> None:
    copies = Copies(np.array([-1, 0, 0, -1, 3]), np.array([np.nan, 1, 1, np.nan, 0.9]))
    corpora = np.array([7, 7, 9, 9, 9])
    assert removal_shares(corpora, copies) == {7: Removal(2, 1), 9: Removal(3, 2)}
    passes = np.array([True, True, False, True, True])
    assert removal_shares(corpora, copies, passes) == {7: Removal(2, 1), 9: Removal(2, 1)}


def test_only_what_is_far_above_the_others_is_unusual() -> None:
    usual = {1: Removal(100, 5), 2: Removal(100, 8), 3: Removal(100, 10)}
    assert unusual(usual) == []
    assert unusual(usual | {4: Removal(100, 60)}) == [4]
    assert unusual(usual | {4: Removal(100, 29)}) == [], "not so much"
    assert unusual(usual | {4: Removal(10, 9)}) == [], "too few rows to say"
    assert unusual({1: Removal(100, 50), 2: Removal(100, 60)}) == [], "all lose alike"
    assert unusual({1: Removal(100, 99)}) == [], "nothing to be compared with"
