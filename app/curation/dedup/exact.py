"""Exact duplicates: form and content equal to the letter, whatever the metadata."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Array, Batch
from app.curation.deduplicator import Deduplicator, Fetch, Groups, Pairs, Signatures
from app.curation.kernels.pairing import first_equal
from app.curation.sample import content_hash


class Exact(Deduplicator):
    """Keeps the first of samples that are the same to the letter."""

    @property
    def width(self) -> int:
        return 4

    def signatures(self, batch: Batch) -> Signatures:
        hashes = b"".join(content_hash(sample.form, dict(sample.content)) for sample in batch.samples)
        return np.frombuffer(hashes, "<u4").astype(np.uint32).reshape(-1, 4)

    def groups(self, signatures: Signatures) -> Groups:
        return first_equal(signatures)

    def candidates(self, signatures: Signatures, rows: NDArray[np.int64], since: int = 0) -> Iterator[Pairs]:
        """None: equal samples already share a group."""
        return iter(())

    def similarities(self, pairs: Pairs, fetch: Fetch) -> Array:
        return np.ones(len(pairs))

    def verified(self, similarities: Array) -> NDArray[np.bool_]:
        return similarities >= 1.0
