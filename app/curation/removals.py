"""How much of each corpus goes as copies, and which corpus loses so much that somebody should look."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.curation.batch import Mask
from app.curation.survivors import Copies

LEAST_SHARE, TIMES_OTHERS, LEAST_ROWS = 0.3, 3.0, 20
"""Unusual: more than this share is lost, and more than so many times the median of the other corpora."""


class Removal(NamedTuple):
    """Of a corpus: how many rows were compared, and how many of them are copies."""

    rows: int
    removed: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.removed / self.rows if self.rows else 0.0


def removal_shares(corpus_of_row: NDArray[np.int64], copies: Copies, passes: Mask | None = None) -> dict[int, Removal]:
    """What each corpus loses; with `passes`, of the rows that pass the rules."""
    compared = np.ones(len(corpus_of_row), np.bool_) if passes is None else passes
    corpora, places = np.unique(corpus_of_row, return_inverse=True)
    rows = np.bincount(places[compared], minlength=len(corpora))
    removed = np.bincount(places[compared & (copies.survivor >= 0)], minlength=len(corpora))
    return {
        corpus: Removal(*pair) for corpus, *pair in zip(corpora.tolist(), rows.tolist(), removed.tolist(), strict=True)
    }


def unusual(shares: Mapping[int, Removal]) -> list[int]:
    """The corpora that lose an unusual share: a template, a corpus read twice, or a comparison that is too coarse.

    A single corpus has no others to be compared with, and a few rows say nothing.
    """
    found = []
    for corpus, removal in shares.items():
        others = [other.share for key, other in shares.items() if key != corpus and other.rows]
        if others and removal.rows >= LEAST_ROWS and removal.share > LEAST_SHARE:
            found += [corpus] if removal.share > TIMES_OTHERS * float(np.median(others)) else []
    return found
