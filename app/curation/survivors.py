"""Who stays: the first of each set of duplicates, and of whom every other one is a copy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Array, Mask
from app.curation.deduplicator import Deduplicator, Fetch, Groups, Pairs, Signatures

VERIFIED_AT_ONCE = 2048
GATHERED = 1 << 18


@dataclass(frozen=True, slots=True)
class Edges:
    """Verified duplicates: groups of equal samples, and similar pairs between the first rows of groups."""

    groups: Groups
    pairs: Pairs
    similarities: Array


@dataclass(frozen=True, slots=True)
class Copies:
    """Per row the survivor it duplicates (-1: none) and how similar it is (NaN: none)."""

    survivor: NDArray[np.int64]
    similarity: Array


def edges(deduplicator: Deduplicator, signatures: Signatures, fetch: Fetch, passes: Mask | None = None) -> Edges:
    """All verified duplicates; with `passes`, only among groups that hold a row that passes the rules.

    Equal samples are collapsed first: ten thousand copies of one text cost no pair at all.
    """
    groups = deduplicator.groups(signatures)
    firsts = np.unique(groups if passes is None else groups[passes])
    pairs, similarities = [np.empty((0, 2), np.int64)], [np.empty(0, np.float64)]
    for some in _slices(deduplicator.candidates(signatures, firsts)):
        found = deduplicator.similarities(some, fetch)
        keep = deduplicator.verified(found)
        pairs.append(some[keep])
        similarities.append(found[keep])
    return Edges(groups, np.concatenate(pairs), np.concatenate(similarities))


def survivors(passes: Mask, found: Sequence[Edges]) -> Copies:
    """Row by row: what passes the rules and resembles no earlier survivor survives, the rest are copies.

    A copy belongs to the most similar survivor before it, the earliest on a tie, and is directly similar to it, so that
    a chain of small steps never joins two texts that differ. A row that fails the rules is neither survivor nor copy.
    """
    survivor, similarity = np.full(len(passes), -1, np.int64), np.full(len(passes), np.nan)
    ways = [_Way(edges) for edges in found]
    for row in np.flatnonzero(passes).tolist():
        if rivals := [rival for way in ways for rival in way.rivals(row)]:
            distance, survivor[row] = min(rivals)
            similarity[row] = -distance
        for way in ways if not rivals else ():
            way.leads[way.groups[row]] = row
    return Copies(survivor, similarity)


class _Way:
    """One way of being alike: per group its surviving row, if it has one yet, and the groups near it."""

    def __init__(self, edges: Edges) -> None:
        self.groups: list[int] = edges.groups.tolist()
        self.leads: dict[int, int] = {}
        self.near = _neighbours(edges)

    def rivals(self, row: int) -> Iterator[tuple[float, int]]:
        """Survivors that the row resembles, as (minus similarity, row)."""
        group = self.groups[row]
        if group in self.leads:
            yield -1.0, self.leads[group]
        yield from ((-share, self.leads[other]) for other, share in self.near.get(group, ()) if other in self.leads)


def _neighbours(edges: Edges) -> Mapping[int, list[tuple[int, float]]]:
    near: dict[int, list[tuple[int, float]]] = {}
    for (one, other), share in zip(edges.pairs.tolist(), edges.similarities.tolist(), strict=True):
        near.setdefault(one, []).append((other, share))
        near.setdefault(other, []).append((one, share))
    return near


def _slices(chunks: Iterator[Pairs]) -> Iterator[Pairs]:
    """Slices small enough that their texts fit in memory; pairs are gathered and sorted first, so that texts recur."""
    held: list[Pairs] = []
    many = 0
    for chunk in chunks:
        held.append(chunk)
        many += len(chunk)
        if many >= GATHERED:
            yield from _sorted_slices(held)
            held, many = [], 0
    if held:
        yield from _sorted_slices(held)


def _sorted_slices(held: list[Pairs]) -> Iterator[Pairs]:
    pairs = np.concatenate(held)
    ordered = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    for first in range(0, len(ordered), VERIFIED_AT_ONCE):
        yield ordered[first : first + VERIFIED_AT_ONCE]
