"""Duplicate questions: the same thing asked again, whatever was answered; plain texts ask nothing."""

from typing import Literal

from pydantic import Field

from app.curation.dedup.minhash import MinHash
from app.curation.shingles import Shingling


class DuplicateQuestion(MinHash):
    """Keeps the first of samples that ask nearly the same, word for word, earlier turns included."""

    threshold: float = Field(
        0.85, ge=0.5, le=1, title="Similarity", description="Share of words in common that makes the same question."
    )
    view: Literal["prompt"] = Field("prompt", title="Compared", description="The question.")
    shingle_words: int = Field(
        1, ge=1, le=3, title="Words in a row", description="One finds words in another order, more find less."
    )

    @property
    def shingling(self) -> Shingling:
        return Shingling(self.shingle_words, self.ignore_numbers)
