"""Near-duplicates among texts, from the texts to verified clusters, in one call and one process.

    found = near_duplicates(["a text ...", "another ...", ...], threshold=0.8)
    for cluster in found:
        print(cluster.survivor, cluster.members, cluster.edges)

Two texts are alike when the Jaccard similarity of their sets of word sequences reaches the threshold: computed
exactly, never estimated. Which pairs are compared is found by MinHash, so that a pair exactly at the threshold is missed
less than once in a hundred times (`app.curation.bands.recall_curve`) and one above it hardly ever.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Array
from app.curation.dedup.minhash import MinHash
from app.curation.deduplicator import Pairs, Signatures
from app.curation.edges import Edges, compared_edges
from app.curation.survivors import Copies, survivors
from app.curation.texts import Texts

SIGNED_AT_ONCE = 1024


class Cluster(NamedTuple):
    """Rows that are copies of one survivor; `members` includes it. Edges are (row, row, Jaccard)."""

    survivor: int
    members: list[int]
    edges: list[tuple[int, int, float]]


@dataclass(frozen=True, slots=True)
class Clusters:
    """Who is whose copy, and every verified pair. Iterating gives the clusters by their survivor."""

    copies: Copies
    edges: Edges

    @property
    def dropped(self) -> NDArray[np.int64]:
        """The rows that are copies."""
        return np.flatnonzero(self.copies.survivor >= 0)

    def pairs(self) -> tuple[Pairs, Array]:
        """The verified pairs, those of equal sets included: each with the first of its kind."""
        rows = np.flatnonzero(self.edges.groups != np.arange(len(self.edges.groups)))
        equal = np.stack([self.edges.groups[rows], rows], axis=1)
        shares = np.concatenate([self.edges.similarities, np.ones(len(rows))])
        return np.concatenate([self.edges.pairs, equal]), shares

    def all_pairs(self) -> Pairs:
        """Every pair that reaches the threshold, told or implied: what resembles a text resembles its equals too."""
        groups = self.edges.groups
        order = np.argsort(groups, kind="stable")
        sizes = np.bincount(groups, minlength=len(groups))
        starts = np.cumsum(sizes) - sizes
        firsts = np.flatnonzero((sizes > 1) & (self.edges.groups == np.arange(len(groups))))
        own = [order[starts[first] + np.stack(np.triu_indices(sizes[first], 1), axis=1)] for first in firsts.tolist()]
        left, right = self.edges.pairs.T
        many = sizes[left] * sizes[right]
        pair = np.repeat(np.arange(len(many)), many)
        nth = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        one = order[starts[left[pair]] + nth // sizes[right[pair]]]
        other = order[starts[right[pair]] + nth % sizes[right[pair]]]
        return np.sort(np.concatenate([np.stack([one, other], axis=1), *own]), axis=1)

    def __iter__(self) -> Iterator[Cluster]:
        """An edge is told in the cluster of its first row (of its second, where the first has none)."""
        owner = np.where(self.copies.survivor >= 0, self.copies.survivor, np.arange(len(self.copies.survivor)))
        size = np.bincount(owner, minlength=len(owner))
        pairs, shares = self.pairs()
        homes = np.where(size[owner[pairs]] > 1, owner[pairs], -1)
        home = np.where(homes[:, 0] >= 0, homes[:, 0], homes[:, 1])
        members, told = _slices(owner), _slices(home)
        for survivor in np.flatnonzero(size > 1).tolist():
            some = told.get(survivor, np.empty(0, np.int64))
            lines = zip(*pairs[some].T.tolist(), shares[some].tolist(), strict=True)
            yield Cluster(survivor, members[survivor].tolist(), sorted(lines))


def _slices(owner: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """The places of each value."""
    order = np.argsort(owner, kind="stable")
    values, firsts = np.unique(owner[order], return_index=True)
    return dict(zip(values.tolist(), np.split(order, firsts)[1:], strict=True))


def near_duplicates(
    texts: Texts | Sequence[str] | Any,
    threshold: float = 0.8,
    *,
    shingle_words: int = 5,
    ignore_numbers: bool = False,
    permutations: int = 128,
    priority: Array | None = None,
    workers: int = 1,
) -> Clusters:
    """Clusters of texts (strings, a pyarrow string array, or `Texts`); the same with any number of threads.

    In a cluster the row with the highest `priority` survives, the first one by default.
    """
    one = MinHash(
        threshold=threshold, shingle_words=shingle_words, ignore_numbers=ignore_numbers, permutations=permutations
    )
    source = texts if isinstance(texts, (Texts, Sequence)) else Texts.of_arrow(texts)
    signatures = np.empty((len(source), one.width), np.uint32)
    sign(one, source, signatures, workers)
    return clusters(one, source, signatures, priority, workers)


def sign(one: MinHash, source: Texts | Sequence[str], signatures: Signatures, workers: int = 1) -> None:
    """Fill `signatures`, a row per text; it may be a file in memory."""

    def work(first: int) -> None:
        rows = range(first, min(first + SIGNED_AT_ONCE, len(source)))
        signatures[rows.start : rows.stop] = one.shingling.signatures(_some(source, rows), one.permutations)

    with ThreadPoolExecutor(workers) as threads:
        for _ in threads.map(work, range(0, len(source), SIGNED_AT_ONCE)):
            pass


def clusters(
    one: MinHash,
    source: Texts | Sequence[str],
    signatures: Signatures,
    priority: Array | None = None,
    workers: int = 1,
) -> Clusters:
    """From signatures to clusters."""

    def compare(pairs: Pairs) -> Array:
        wanted, places = np.unique(pairs, return_inverse=True)
        return one.compared(_some(source, wanted.tolist()), places.reshape(-1, 2))

    found = compared_edges(one, signatures, compare, workers=workers)
    return Clusters(survivors(np.ones(len(source), np.bool_), [found], priority), found)


def _some(source: Texts | Sequence[str], rows: Sequence[int]) -> Texts:
    if isinstance(source, Texts):
        if isinstance(rows, range):
            return Texts(source.data, source.offsets[rows.start : rows.stop + 1])
        return Texts.of_bytes([source.raw(row) for row in rows])
    return Texts.of([source[row] for row in rows])
