"""Near-duplicates: MinHash finds candidates, exact Jaccard on word sequences decides."""

from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from app.curation.bands import bands_for, least_agreement, matching_pairs
from app.curation.batch import Array, Batch
from app.curation.deduplicator import Deduplicator, Fetch, Groups, Pairs, Signatures
from app.curation.kernels.pairing import first_equal
from app.curation.sample import turns
from app.curation.shingles import FINGERPRINT, SCHEME, SEED, Shingling
from app.curation.texts import Texts

PROMPT_WORDS = 3
"""Prompts are short: one changed word would leave few longer sequences alone."""


class MinHash(Deduplicator):
    """Keeps the first of samples that share most of their word sequences."""

    DECIDING: ClassVar[frozenset[str]] = frozenset({"threshold"})
    version: ClassVar[int] = 2
    scheme: ClassVar[str] = f"{SCHEME} {SEED}"

    threshold: float = Field(
        0.8, ge=0.5, le=1, title="Similarity", description="Share of word sequences in common that makes a duplicate."
    )
    view: Literal["pair", "prompt", "answer", "text"] = Field(
        "pair",
        title="Compared",
        description="Question and answer together (plain text: the text), one of them, or all that the sample says.",
    )
    shingle_words: int = Field(
        5,
        ge=1,
        le=20,
        title="Words in a row",
        description=f"Fewer find rewordings of short texts, more need less work. At most {PROMPT_WORDS} for prompts.",
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
        return self.permutations + FINGERPRINT

    @property
    def shingling(self) -> Shingling:
        """What is compared."""
        words = min(self.shingle_words, PROMPT_WORDS) if self.view == "prompt" else self.shingle_words
        return Shingling(words, self.ignore_numbers)

    def signatures(self, batch: Batch) -> Signatures:
        return self.shingling.signatures(self.texts(batch), self.permutations)

    def groups(self, signatures: Signatures) -> Groups:
        """Equal sets of sequences are one group; samples without a single word stand alone."""
        prints = signatures[:, self.permutations :]
        return np.where(prints.any(axis=1), first_equal(prints), np.arange(len(prints)))

    def candidates(self, signatures: Signatures, rows: NDArray[np.int64], since: int = 0) -> Iterator[Pairs]:
        rows = rows[signatures[rows, self.permutations :].any(axis=1)]
        bands, width = bands_for(self.threshold, self.permutations)
        least = least_agreement(self.threshold, self.permutations)
        return matching_pairs(signatures, rows, bands, width, permutations=self.permutations, least=least, since=since)

    def similarities(self, pairs: Pairs, fetch: Fetch) -> Array:
        wanted, places = np.unique(pairs, return_inverse=True)
        return self.compared(self.texts(fetch(wanted.tolist())), places.reshape(-1, 2))

    def compared(self, texts: Texts, pairs: Pairs) -> Array:
        """The Jaccard similarity of each pair of texts; 0 where it is surely below the threshold."""
        return self.shingling.sets(texts).jaccard(pairs, self.threshold)

    def verified(self, similarities: Array) -> NDArray[np.bool_]:
        return similarities >= self.threshold

    def texts(self, batch: Batch) -> Texts:
        """The part of each sample that is compared."""
        if self.view == "pair":
            return batch.text_bytes
        if self.view == "text":
            return Texts.of(["\n\n".join(turn.text for turn in turns(one.form, one.content)) for one in batch.samples])
        return batch.prompt_bytes if self.view == "prompt" else batch.answer_bytes
