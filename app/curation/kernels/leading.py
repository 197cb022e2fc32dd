"""Who leads and who follows: one pass over rows in the order in which they may survive."""

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def neighbours(
    pairs: NDArray[np.int64], similarities: NDArray[np.float64], rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Both directions of all pairs by row: where each row's begin (rows + 1), the other row, the similarity."""
    firsts = np.zeros(rows + 1, np.int64)
    for pair in range(len(pairs)):
        firsts[pairs[pair, 0] + 1] += 1
        firsts[pairs[pair, 1] + 1] += 1
    firsts = np.cumsum(firsts)
    free, others, shares = firsts.copy(), np.empty(2 * len(pairs), np.int64), np.empty(2 * len(pairs), np.float64)
    for pair in range(len(pairs)):
        for side in range(2):
            place = free[pairs[pair, side]]
            others[place], shares[place] = pairs[pair, 1 - side], similarities[pair]
            free[pairs[pair, side]] += 1
    return firsts, others, shares


@njit(cache=True, nogil=True)
def followers(
    order: NDArray[np.int64],
    groups: NDArray[np.int64],
    firsts: NDArray[np.int64],
    near: NDArray[np.int64],
    shares: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Per row the leader it follows (-1: none) and how similar it is (NaN: none); rows not in `order` have none.

    `groups` (ways, rows) names each row's group, with numbers that differ from way to way; the groups near group `g` are
    `near[firsts[g]:firsts[g + 1]]`, as similar as `shares` says. A row leads its groups when no group of its own or
    near one has a leader yet; else it follows the most similar of these leaders, the one first in `order` on a tie.
    """
    rows = groups.shape[1]
    leads, ranks = np.full(len(firsts) - 1, -1, np.int64), np.full(rows, rows, np.int64)
    survivor, similarity = np.full(rows, -1, np.int64), np.full(rows, np.nan)
    for rank in range(len(order)):
        row = order[rank]
        ranks[row], best, leader = rank, -1.0, -1
        for way in range(len(groups)):
            group = groups[way, row]
            if leads[group] >= 0 and _better(1.0, leads[group], best, leader, ranks):
                best, leader = 1.0, leads[group]
            for place in range(firsts[group], firsts[group + 1]):
                other = leads[near[place]]
                if other >= 0 and _better(shares[place], other, best, leader, ranks):
                    best, leader = shares[place], other
        if leader >= 0:
            survivor[row], similarity[row] = leader, best
            continue
        for way in range(len(groups)):
            leads[groups[way, row]] = row
    return survivor, similarity


@njit(cache=True, nogil=True, inline="always")
def _better(share: float, row: int, best: float, leader: int, ranks: NDArray[np.int64]) -> bool:
    return share > best or (share == best and ranks[row] < ranks[leader])
