"""Which items a stretch of text may rephrase: weighted features, compared through an inverted index.

A stretch and an item are alike to the degree (0 to 1) of the cosine between their features, words and trigrams each
weighing half, with 1 + ln(times) and smoothed inverse frequency over all items (as scikit-learn weighs them). Features
of common English words count half, and those that no item has a fifth: a benchmark of few items knows few words, and
what it knows must not make every text look alike. Both numbers were chosen on known paraphrases and clean corpora.
"""

from functools import cache, cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.curation.characters import tables
from app.curation.decontamination.fingerprint import Fingerprint
from app.curation.decontamination.weights import COMMON
from app.curation.hashing import Hashes
from app.curation.kernels.features import PREFIX, all_features, nearest
from app.curation.kernels.keys import slots_of
from app.curation.texts import Texts
from app.curation.words import foldable

Folded: TypeAlias = NDArray[np.int32]
COMMON_WEIGHT, STRANGE_WEIGHT = 0.5, 0.2
MOST_ITEMS = 1_000
"""Features in more items are left out: they cost most and say least."""


class FeatureTable:
    """The features of one benchmark: what is found in it does not depend on other benchmarks."""

    def __init__(self, fingerprint: Fingerprint) -> None:
        self._print = fingerprint
        self.item_count = len(fingerprint.ids)
        self._strange = STRANGE_WEIGHT * (np.log(1 + self.item_count) + 1) ** 2

    def nearest(self, texts: Texts, folded: Folded, most: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The `most` items most alike to each text, best first (-1: none), and how alike; texts as `foldable` gives them."""
        places = texts.offsets[:-1], texts.offsets[1:]
        said = texts.data, *places, tables().classes, folded
        given: tuple[Any, ...] = (*said, *self._columns, self.item_count, most, self._strange)
        items, scores = nearest(*given)
        return items, scores

    @cached_property
    def _columns(self) -> tuple[NDArray[Any], ...]:
        """Slots, keys, weights, groups, firsts, items and values, as the kernel takes them."""
        groups, items = self._print.feature_groups, self._print.feature_items
        known, places, counts = np.unique(self._print.feature_keys, return_inverse=True, return_counts=True)
        rare = counts <= MOST_ITEMS
        weights = np.where(rare, np.log((1 + self.item_count) / (1 + counts)) + 1, 0)
        weights = (weights * np.where(np.isin(known, _common()), COMMON_WEIGHT, 1)).astype(np.float32)
        values = _scaled((1 + np.log(self._print.feature_times)) * weights[places], 2 * items + groups)
        order = np.lexsort((items, places))
        order = order[rare[places[order]]]
        kinds = np.zeros(len(known), np.uint8)
        kinds[places] = groups
        firsts = np.searchsorted((np.cumsum(rare) - 1)[places[order]], np.arange(rare.sum() + 1))
        postings = items[order], values[order].astype(np.float32)
        return slots_of(known[rare]), known[rare], weights[rare], kinds[rare], firsts.astype(np.int64), *postings


@cache
def _common() -> Hashes:
    """The features of common words, and of any two of them side by side."""
    words = sorted({word[:PREFIX] for word in COMMON.split()})
    texts, folded = foldable(Texts.of([f"{one} {other}" for one in words for other in words]))
    found: Hashes = np.unique(all_features(texts.data, texts.offsets, tables().classes, folded)[0])
    return found


def _scaled(values: NDArray[np.float64], vectors: NDArray[np.int32]) -> NDArray[np.float64]:
    """Every vector with length one; `vectors` says to which each value belongs."""
    lengths = np.sqrt(np.bincount(vectors, values**2))
    scaled: NDArray[np.float64] = values / np.maximum(lengths, 1e-12)[vectors]
    return scaled
