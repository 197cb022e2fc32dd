"""Who stays: the first of each set of duplicates, and of whom every other one is a copy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Array, Mask
from app.curation.edges import Edges, edges
from app.curation.kernels.leading import followers, neighbours

__all__ = ["Copies", "Edges", "edges", "survivors"]


@dataclass(frozen=True, slots=True)
class Copies:
    """Per row the survivor it duplicates (-1: none) and how similar it is (NaN: none)."""

    survivor: NDArray[np.int64]
    similarity: Array


def survivors(passes: Mask, found: Sequence[Edges], priority: Array | NDArray[np.int64] | None = None) -> Copies:
    """Row by row: what passes the rules and resembles no earlier survivor survives, the rest are copies.

    Rows are asked in order of falling `priority` (default: all equal), those of equal priority from the first on. A copy
    belongs to the most similar survivor before it, the earliest on a tie, and is directly similar to it, so that a
    chain of small steps never joins two texts that differ. A row that fails the rules is neither survivor nor copy.
    """
    order = np.flatnonzero(passes)
    if priority is not None:
        order = order[np.argsort(-np.asarray(priority, np.float64)[order], kind="stable")]
    return Copies(*followers(order, *_ways(found, len(passes))))


def _ways(found: Sequence[Edges], rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Array]:
    """Several ways of being alike as one graph: the groups of each have numbers of their own."""
    near = [neighbours(one.pairs, one.similarities, rows) for one in found]
    groups = np.array([one.groups + way * rows for way, one in enumerate(found)], np.int64).reshape(len(found), rows)
    counts = [np.diff(firsts) for firsts, _, _ in near]
    others = [other + way * rows for way, (_, other, _) in enumerate(near)]
    firsts = np.concatenate([[0], np.cumsum(np.concatenate([np.empty(0, np.int64), *counts]))]).astype(np.int64)
    return (
        groups,
        firsts,
        np.concatenate([np.empty(0, np.int64), *others]),
        np.concatenate([np.empty(0), *(shares for _, _, shares in near)]),
    )
