"""Which items a stretch of text may rephrase: weighted features, compared through an inverted index.

A stretch and an item are alike to the degree (0 to 1) of the cosine between their features, words and trigrams each
weighing half, with 1 + ln(times) and smoothed inverse frequency over all items (as scikit-learn weighs them). Features
that a stretch has and no item has do not count.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.curation.characters import tables
from app.curation.decontamination.fingerprint import Fingerprint
from app.curation.kernels.features import nearest
from app.curation.kernels.keys import slots_of
from app.curation.texts import Texts
from app.curation.words import foldable

MOST_ITEMS = 1_000
"""Features in more items are left out: they cost most and say least."""


class FeatureTable:
    """Feature `f` of the table stands in the items from ``firsts[f]`` to ``firsts[f + 1]``."""

    def __init__(self, prints: Sequence[Fingerprint]) -> None:
        self._prints = prints
        self.item_count = sum(len(one.ids) for one in prints)

    def nearest(self, texts: Sequence[str], most: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The `most` items most alike to each text, best first (-1: none), and how alike they are."""
        folded_texts, folded = foldable(Texts.of(texts))
        begins, finishes = folded_texts.offsets[:-1], folded_texts.offsets[1:]
        classes = tables().classes
        found: tuple[NDArray[np.int32], NDArray[np.float32]] = nearest(
            folded_texts.data, begins, finishes, classes, folded, *self._columns, self.item_count, most
        )
        return found

    @cached_property
    def _columns(self) -> tuple[NDArray[np.generic], ...]:
        """Slots, keys, weights, groups, firsts, items and values, as the kernel takes them."""
        keys, groups, items, times = self._joined()
        known, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
        rare = counts <= MOST_ITEMS
        weights = np.where(rare, np.log((1 + self.item_count) / (1 + counts)) + 1, 0).astype(np.float32)
        values = (1 + np.log(times)) * weights[places]
        lengths = np.bincount(2 * items + groups, values**2, 2 * self.item_count)
        values /= np.sqrt(np.maximum(lengths[2 * items + groups], 1e-12))
        order = np.lexsort((items, places))
        order = order[rare[places[order]]]
        renumbered = np.cumsum(rare) - 1
        kinds = np.zeros(len(known), np.uint8)
        kinds[places] = groups
        firsts = np.searchsorted(renumbered[places[order]], np.arange(rare.sum() + 1))
        return (
            slots_of(known[rare]),
            known[rare],
            weights[rare],
            kinds[rare],
            firsts.astype(np.int64),
            items[order].astype(np.int32),
            values[order].astype(np.float32),
        )

    def _joined(self) -> tuple[NDArray[np.uint64], NDArray[np.uint8], NDArray[np.int64], NDArray[np.int32]]:
        before = np.cumsum([0, *(len(one.ids) for one in self._prints)])
        items = [one.feature_items.astype(np.int64) + at for one, at in zip(self._prints, before, strict=False)]
        return (
            np.concatenate([np.empty(0, np.uint64), *(one.feature_keys for one in self._prints)]),
            np.concatenate([np.empty(0, np.uint8), *(one.feature_groups for one in self._prints)]),
            np.concatenate([np.empty(0, np.int64), *items]),
            np.concatenate([np.empty(0, np.int32), *(one.feature_times for one in self._prints)]),
        )
