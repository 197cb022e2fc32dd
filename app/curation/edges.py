"""Verified duplicates: candidates from the signatures, compared a block of texts at a time."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Array, Mask
from app.curation.deduplicator import Deduplicator, Fetch, Groups, Pairs, Signatures
from app.curation.kernels.pairing import components

Compare: TypeAlias = Callable[[Pairs], Array]
ROWS_AT_ONCE = 1024
GATHERED = 1 << 23
_HALF = 32


@dataclass(frozen=True, slots=True)
class Edges:
    """Groups of equal samples, and similar pairs (earlier, later) between the first rows of groups, in order."""

    groups: Groups
    pairs: Pairs
    similarities: Array


def edges(
    deduplicator: Deduplicator, signatures: Signatures, fetch: Fetch, passes: Mask | None = None, *, since: int = 0
) -> Edges:
    """All verified duplicates; with `passes`, only among groups that hold a row that passes the rules.

    Equal samples are collapsed first: ten thousand copies of one text cost no pair at all. With `since`, only pairs
    whose later row is not below it: together with those found before these rows came, all pairs there are.
    """
    return compared_edges(
        deduplicator, signatures, lambda pairs: deduplicator.similarities(pairs, fetch), passes, since=since
    )


def compared_edges(
    deduplicator: Deduplicator,
    signatures: Signatures,
    compare: Compare,
    passes: Mask | None = None,
    *,
    since: int = 0,
    workers: int = 1,
) -> Edges:
    """As `edges`, with any way to compare; the same result with any number of threads (`compare` is called in them)."""
    groups = deduplicator.groups(signatures)
    firsts = _present(groups if passes is None else groups[passes], len(groups))
    pairs, similarities = [np.empty((0, 2), np.int64)], [np.empty(0, np.float64)]
    blocks = _blocks(deduplicator.candidates(signatures, firsts, since), len(signatures))
    for some, found in _each(compare, blocks, workers):
        keep = deduplicator.verified(found)
        pairs.append(some[keep])
        similarities.append(found[keep])
    return _in_order(groups, np.concatenate(pairs), np.concatenate(similarities))


def _present(values: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """The distinct values below `most`, ascending."""
    found = np.zeros(most, np.bool_)
    found[values] = True
    return np.flatnonzero(found)


def _each(compare: Compare, blocks: Iterable[Pairs], workers: int) -> Iterator[tuple[Pairs, Array]]:
    if workers == 1:
        yield from ((some, compare(some)) for some in blocks)
        return
    with ThreadPoolExecutor(workers) as threads:
        yield from threads.map(lambda some: (some, compare(some)), blocks)


def _in_order(groups: Groups, pairs: Pairs, similarities: Array) -> Edges:
    order = np.argsort((pairs[:, 0] << _HALF) | pairs[:, 1])
    return Edges(groups, pairs[order], similarities[order])


def _blocks(chunks: Iterator[Pairs], rows: int) -> Iterator[Pairs]:
    """The pairs in blocks whose texts fit in memory; pairs are gathered first, so that texts are fetched seldom."""
    held: list[Pairs] = []
    many = 0
    for chunk in chunks:
        held.append(chunk)
        many += len(chunk)
        if many >= GATHERED:
            yield from _by_component(np.concatenate(held), rows)
            held, many = [], 0
    if held:
        yield from _by_component(np.concatenate(held), rows)


def _by_component(pairs: Pairs, rows: int) -> Iterator[Pairs]:
    """Pairs that hang together side by side, sorted, in blocks of about `ROWS_AT_ONCE` rows and at most twice."""
    wanted = _present(pairs, rows)
    local = np.empty(rows, np.int64)
    local[wanted] = np.arange(len(wanted))
    roots = components(local[pairs], len(wanted))
    order = np.argsort(roots, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    packed = np.sort((place[local[pairs[:, 0]]] << _HALF) | place[local[pairs[:, 1]]])
    lefts, rights = packed >> _HALF, packed & ((1 << _HALF) - 1)
    block = place[roots[order]][lefts] // ROWS_AT_ONCE
    ordered = wanted[order[np.stack([lefts, rights], axis=1)]]
    for some in np.split(ordered, np.flatnonzero(np.diff(block)) + 1):
        yield from _bounded(some)


def _bounded(pairs: Pairs) -> Iterator[Pairs]:
    """A component of more rows than fit is cut; some of its texts are then fetched again."""
    if len(np.unique(pairs)) <= 2 * ROWS_AT_ONCE:
        yield pairs
        return
    for first in range(0, len(pairs), ROWS_AT_ONCE):
        yield pairs[first : first + ROWS_AT_ONCE]
