"""Drawing samples by lot: every member has the same chance, and groups are drawn in proportion to their size."""

import numpy as np
from numpy.typing import NDArray

Groups = NDArray[np.int64]
Places = NDArray[np.int64]
BINS = 10


def drawn(size: int, groups: Groups, seed: int) -> Places:
    """The places of `size` members out of len(groups), in the order in which they were drawn by this seed.

    Groups stand behind one another in random order, members in random order within them, and every so-manieth is drawn
    from a random start: each member with the same chance, each group in proportion, however small it is.
    """
    dice = np.random.default_rng(seed)
    _, group = np.unique(groups, return_inverse=True)
    shuffled = dice.permutation(len(groups))
    order = dice.permutation(group.max(initial=-1) + 1)[group[shuffled]]
    line = shuffled[np.argsort(order, kind="stable")]
    step = len(groups) / size if size else 1.0
    places = np.floor((np.arange(size) + dice.random()) * step).astype(np.int64)
    return dice.permutation(line[np.minimum(places, len(groups) - 1)])


def bins(values: NDArray[np.float64], count: int = BINS) -> Groups:
    """Groups of about equal size by value; those without a value are one more."""
    known = ~np.isnan(values)
    edges = np.quantile(values[known], np.linspace(0, 1, count + 1)[1:-1]) if known.any() else np.empty(0)
    return np.where(known, np.searchsorted(edges, values, "right"), -1).astype(np.int64)
