"""Bands: rows of signatures that agree on a stretch of numbers are candidates for being similar."""

from collections.abc import Iterator
from math import comb

import numpy as np
from numpy.typing import NDArray

from app.curation.deduplicator import Pairs, Signatures
from app.curation.kernels.pairing import band_keys, keyed_places, pairs_of_band

RECALL = 0.995
"""Chance that a pair exactly at the threshold becomes a candidate; more similar pairs are surer still."""
LOSS = 1e-4
"""Chance that a pair exactly at the threshold agrees in too few numbers to be believed."""
CHUNK = 1 << 18


def bands_for(threshold: float, permutations: int, recall: float = RECALL) -> tuple[int, int]:
    """The widest bands (fewest false candidates) that still find a pair at the threshold with the wanted chance.

    A pair of similarity s matches in at least one of b bands of r numbers with probability 1 - (1 - s^r)^b.
    """
    for width in range(permutations, 0, -1):
        bands = permutations // width
        if _found(threshold, bands, width) >= recall:
            return bands, width
    return permutations, 1


def least_agreement(threshold: float, permutations: int, loss: float = LOSS) -> int:
    """The numbers in which two signatures must agree: a pair at the threshold has fewer with a chance below `loss`."""
    below = 0.0
    for count in range(permutations + 1):
        below += comb(permutations, count) * threshold**count * (1 - threshold) ** (permutations - count)
        if below > loss:
            return count
    return permutations


def recall_curve(threshold: float, permutations: int, steps: int = 100) -> list[tuple[float, float]]:
    """(similarity, chance that such a pair becomes a candidate and is compared exactly), from 0 to 1."""
    bands, width = bands_for(threshold, permutations)
    least = least_agreement(threshold, permutations)
    shares = [step / steps for step in range(steps + 1)]
    return [(share, _found(share, bands, width) * _believed(share, permutations, least)) for share in shares]


def matching_pairs(
    signatures: Signatures,
    rows: NDArray[np.int64],
    bands: int,
    width: int,
    *,
    permutations: int | None = None,
    least: int = 0,
    since: int = 0,
) -> Iterator[Pairs]:
    """Pairs (earlier, later) of `rows` (ascending) that agree on a band, in chunks, each pair once.

    With `least`, only pairs that agree in so many of the first `permutations` numbers; with `since`, only pairs whose
    later row is not below it: exactly those that a full pass finds.
    """
    keys = band_keys(signatures, rows, bands, width)
    ranks = np.empty(keys.shape, np.int32)
    first = int(np.searchsorted(rows, since))
    compared = bands * width if permutations is None else permutations
    for band in range(bands):
        keyed = keyed_places(keys, band, first)
        keyed.sort()
        at = start = 0
        while at < len(keyed):
            pairs = np.empty((CHUNK, 2), np.int64)
            at, start, count = pairs_of_band(
                keyed, at, start, band, keys, ranks, signatures, rows, compared, least, first, pairs
            )
            if count:
                yield pairs[:count].copy()


def _found(share: float, bands: int, width: int) -> float:
    return 1 - (1 - share**width) ** bands


def _believed(share: float, permutations: int, least: int) -> float:
    few = range(least)
    return 1 - sum(comb(permutations, count) * share**count * (1 - share) ** (permutations - count) for count in few)
