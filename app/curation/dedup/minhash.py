"""Near-duplicates: MinHash finds candidates, exact Jaccard on word sequences decides."""

from collections.abc import Iterator
from functools import cache
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from app.curation.bands import bands_for, matching_pairs
from app.curation.batch import Array, Batch
from app.curation.deduplicator import Deduplicator, Fetch, Groups, Pairs, Signatures
from app.curation.grouping import first_equal
from app.curation.hashing import Hashes
from app.curation.shingles import Shingles

SEED = 1
SCHEME = "affine32"
"""Pinned: signatures of another scheme or seed cannot be compared (datasketch changed its default in 2.0)."""
RECALL = 0.995
"""Chance that a pair exactly at the threshold becomes a candidate; more similar pairs are surer still."""
_PERMUTED_AT_ONCE = 1 << 15


class MinHash(Deduplicator):
    """Keeps the first of samples that share most of their word sequences."""

    DECIDING: ClassVar[frozenset[str]] = frozenset({"threshold"})

    threshold: float = Field(
        0.8, ge=0.5, le=1, title="Similarity", description="Share of word sequences in common that makes a duplicate."
    )
    view: Literal["pair", "prompt", "answer"] = Field(
        "pair", title="Compared", description="Question and answer together (plain text: the text), or one of them."
    )
    shingle_words: int = Field(
        5, ge=1, le=20, title="Words in a row", description="Fewer find rewordings of short texts, more need less work."
    )
    ignore_numbers: bool = Field(
        False,
        title="Ignore numbers",
        description="Treats all numbers as equal. Keep off where numbers are the question.",
    )
    permutations: int = Field(
        128, ge=32, le=1024, title="Signature length", description="More finds more, and takes longer."
    )

    @property
    def width(self) -> int:
        """The signature and a fingerprint of the whole set of sequences."""
        return self.permutations + 4

    def signatures(self, batch: Batch) -> Signatures:
        shingles = self.shingles(batch)
        found = np.empty((len(batch), self.width), np.uint32)
        found[:, : self.permutations] = minima(shingles.hashes, shingles.counts, self.permutations)
        found[:, self.permutations :] = shingles.fingerprints()
        return found

    def groups(self, signatures: Signatures) -> Groups:
        """Equal sets of sequences are one group; samples without a single word stand alone."""
        found = first_equal(signatures[:, self.permutations :])
        empty = ~signatures[:, self.permutations :].any(axis=1)
        return np.where(empty, np.arange(len(found)), found)

    def candidates(self, signatures: Signatures, rows: NDArray[np.int64]) -> Iterator[Pairs]:
        rows = rows[signatures[rows, self.permutations :].any(axis=1)]
        bands, width = bands_for(self.threshold, self.permutations, RECALL)
        yield from matching_pairs(signatures, rows, bands, width)

    def similarities(self, pairs: Pairs, fetch: Fetch) -> Array:
        wanted, places = np.unique(pairs, return_inverse=True)
        shingles = self.shingles(fetch(wanted.tolist()))
        return shingles.jaccard(places.reshape(-1, 2))

    def verified(self, similarities: Array) -> NDArray[np.bool_]:
        return similarities >= self.threshold

    def shingles(self, batch: Batch) -> Shingles:
        """The sets that are compared."""
        return Shingles.of(self._texts(batch), self.shingle_words, self.ignore_numbers)

    def _texts(self, batch: Batch) -> list[str]:
        if self.view == "pair":
            return batch.texts
        return batch.prompts if self.view == "prompt" else batch.answers


def minima(hashes: Hashes, counts: NDArray[np.int64], permutations: int) -> Signatures:
    """What datasketch's MinHash(scheme="affine32") computes from the upper halves of the hashes, all sets at once."""
    found = np.full((len(counts), permutations), 0xFFFFFFFF, np.uint32)
    ends = np.cumsum(counts)
    filled = np.flatnonzero(counts)
    cuts = np.searchsorted(ends[filled], np.arange(_PERMUTED_AT_ONCE, ends[-1] if len(ends) else 0, _PERMUTED_AT_ONCE))
    for rows in np.split(filled, np.unique(cuts)):
        if len(rows):
            first, last = ends[rows[0]] - counts[rows[0]], ends[rows[-1]]
            found[rows] = _reduced(hashes[first:last], ends[rows] - counts[rows] - first, permutations)
    return found


def _reduced(hashes: Hashes, starts: NDArray[np.int64], permutations: int) -> Signatures:
    mixed = _fmix((hashes >> np.uint64(32)).astype(np.uint32))
    multipliers, increments = _permutations(permutations)
    found = np.empty((permutations, len(starts)), np.uint32)
    permuted = np.empty_like(mixed)
    for row, (multiplier, increment) in enumerate(zip(multipliers, increments, strict=True)):
        np.multiply(mixed, multiplier, out=permuted)
        permuted += increment
        np.minimum.reduceat(permuted, starts, out=found[row])
    return found.T


def _fmix(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The MurmurHash3 finaliser, which datasketch applies before it permutes."""
    for shift, multiplier in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        values = (values ^ (values >> np.uint32(shift))) * np.uint32(multiplier)
    return values ^ (values >> np.uint32(16))


@cache
def _permutations(count: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    from datasketch import MinHash as Published

    multipliers, increments = Published(num_perm=count, seed=SEED, scheme=SCHEME).permutations
    return multipliers, increments
