"""At most so many rows of a kind: the best first, then those that come first."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.curation.batch import Array
from app.curation.releasing.composition import Cap
from app.curation.releasing.splitting import Flags, Rows

NO_KIND = -1
"""A row without a label is under no cap for labels."""


def within(caps: Sequence[Cap], kinds: Mapping[str, Rows], scores: Array, first: Flags) -> Flags:
    """The rows that keep within every cap, one cap after another. `kinds` are the rows' kinds, by what a cap is `by`.

    Rows are in the order of their positions; rows that are `first` come before better ones. An unknown score (NaN) is
    the lowest.
    """
    kept = np.ones(len(scores), np.bool_)
    merit = np.where(first, np.inf, np.where(np.isnan(scores), -np.inf, scores))
    for cap in caps:
        rows = np.flatnonzero(kept & (kinds[cap.by] != NO_KIND))
        order = rows[np.lexsort((-merit[rows], kinds[cap.by][rows]))]
        of = kinds[cap.by][order]
        starts = np.flatnonzero(np.r_[True, of[1:] != of[:-1]]) if len(of) else np.empty(0, np.int64)
        rank = np.arange(len(of)) - np.repeat(starts, np.diff(np.r_[starts, len(of)]))
        kept[order[rank >= cap.most]] = False
    return kept
