"""Orders of a queue, as ranks: the lowest is asked about first."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Array
from app.curation.bounds import Limit

LAST = float(np.finfo(np.float64).max)
IN_A_BATCH = 1e9
"""More than any batch holds: what is in one comes before all that is in none, and in a batch that is due later."""

Numbers = NDArray[np.int64]


def highest_first(values: Array) -> Array:
    """What was not measured comes last."""
    return np.nan_to_num(-values, nan=LAST)


def shuffled(ids: Numbers, seed: int) -> Array:
    """The same order for the same seed, whatever else is in the queue (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = ids.astype(np.uint64) + np.uint64(seed + 1) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def evenly(strata: Numbers, is_approved: NDArray[np.bool_], is_queued: NDArray[np.bool_]) -> Array:
    """Fill the gap: who has fewest approved samples comes first, and each further one counts as if it were approved."""
    ranks = np.zeros(len(strata))
    have = np.bincount(strata, is_approved, minlength=1)
    rows = np.flatnonzero(is_queued)
    order = rows[np.argsort(strata[rows], kind="stable")]
    sizes = np.bincount(strata[rows], minlength=len(have))
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    ranks[order] = have[strata[order]] + np.arange(len(order)) - starts[strata[order]]
    return ranks


def closeness(found: Iterable[tuple[Limit, Array]], length: int) -> Array:
    """How far each sample is from its nearest limit, as a share of the limit. What has none comes last."""
    nearest = np.full(length, np.inf)
    for limit, values in found:
        if limit.rule.measure.kind not in {"flag", "label"} and limit.bound:
            nearest = np.fmin(nearest, np.abs(values - limit.bound) / abs(limit.bound))
    return np.where(np.isfinite(nearest), nearest, LAST)


def batched(ranks: Array, batch: Numbers, batches: int) -> Array:
    """Batches first, the one that is due first at the head; `batch` is -1 where a sample is in none."""
    out = ranks.copy()
    rows = np.flatnonzero(batch >= 0)
    order = rows[np.lexsort((rows, ranks[rows], batch[rows]))]
    out[order] = (batch[order] - batches) * IN_A_BATCH + np.arange(len(order))
    return out
