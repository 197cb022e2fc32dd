"""What remains of a benchmark that may be hidden: item ids, hashes and counts, never a text.

A sequence of eight words cannot be read back from its hash. The features for paraphrases (beginnings of words, three
characters) are few enough to be guessed one by one, so whoever holds a fingerprint can learn which words an item uses;
and anyone can test whether a text he already knows is in it.
"""

from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.curation.characters import tables
from app.curation.decontamination.benchmark import Benchmark
from app.curation.decontamination.layouts import Item
from app.curation.decontamination.packing import pack, unpack
from app.curation.decontamination.weights import MOST_ITEMS, Sequences, said, word_weights
from app.curation.kernels.features import all_features
from app.curation.kernels.keys import squashed_keys
from app.curation.texts import Texts
from app.curation.words import Words, foldable

QUESTION, PASSAGE, ANSWER = range(3)
PARTS = 3
"""Part `p` of item `i` is section `PARTS * i + p`."""
LEAST_EQUAL = 3.0
"""What a question must say to count where a sample's turn is equal to it: three telling words, or six common ones."""
_LONGEST = 20_000
"""Characters of an item that are looked at for paraphrases."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Columns: sequences (key, section, position of the first word), word weights of all sections (`word_firsts`: where
    each begins), keys of whole questions, and features (key, group, item, times)."""

    name: str
    ids: tuple[str, ...]
    keys: NDArray[np.uint64]
    sections: NDArray[np.int32]
    positions: NDArray[np.int32]
    word_firsts: NDArray[np.int64]
    word_weights: NDArray[np.float32]
    whole_keys: NDArray[np.uint64]
    whole_items: NDArray[np.int32]
    feature_keys: NDArray[np.uint64]
    feature_groups: NDArray[np.uint8]
    feature_items: NDArray[np.int32]
    feature_times: NDArray[np.int32]

    @classmethod
    def of(cls, benchmark: Benchmark) -> "Fingerprint":
        items = benchmark.items
        words = Words.compared(
            Texts.of([part for item in items for part in (item.question, item.passage, item.answer)])
        )
        ids = tuple(item.id for item in items)
        return cls(benchmark.name, ids, *_sequences(words, len(items)), *_wholes(items, words), *_features(items))

    def named(self, name: str) -> "Fingerprint":
        """The same under another name."""
        return replace(self, name=name)

    def dump(self) -> bytes:
        arrays = {field.name: getattr(self, field.name) for field in fields(self)[2:]}
        return pack({"name": self.name, "ids": self.ids}, arrays)

    @classmethod
    def load(cls, data: bytes) -> "Fingerprint":
        """Unpackable where the bytes are not those of `dump`."""
        facts, arrays = unpack(data)
        return cls(facts["name"], tuple(facts["ids"]), **arrays)


def _sequences(words: Words, items: int) -> tuple[NDArray[Any], ...]:
    sequences = Sequences(words)
    shared = sequences.shared(np.arange(PARTS * items) // PARTS)
    kept = shared <= MOST_ITEMS
    return (
        sequences.keys[kept],
        sequences.owners[kept].astype(np.int32),
        sequences.positions[kept].astype(np.int32),
        words.firsts,
        word_weights(words, sequences, shared, items),
    )


def _wholes(items: tuple[Item, ...], words: Words) -> tuple[NDArray[Any], ...]:
    """The question alone and with its passage before or behind it, for every item that says enough."""
    totals = np.concatenate([[0.0], np.cumsum(said(words), dtype=np.float64)])
    telling = np.diff(totals[words.firsts])[QUESTION::PARTS] >= LEAST_EQUAL
    rows = np.flatnonzero(telling).tolist()
    texts = (
        (i.question, f"{i.passage}\n{i.question}", f"{i.question}\n{i.passage}") for i in map(items.__getitem__, rows)
    )
    return whole_keys(Words.compared(Texts.of(list(chain.from_iterable(texts))))), np.repeat(rows, 3).astype(np.int32)


def whole_keys(words: Words) -> NDArray[np.uint64]:
    """One key per text: two texts share it when they have the same letters and digits in the same order."""
    found: NDArray[np.uint64] = squashed_keys(words.texts.data, words.starts, words.ends, words.firsts, words.folded)
    return found


def _features(items: tuple[Item, ...]) -> tuple[NDArray[Any], ...]:
    """Of question and answer: what a sample that was made from the item would keep."""
    texts, folded = foldable(Texts.of([f"{item.question}\n{item.answer}"[:_LONGEST] for item in items]))
    keys, groups, firsts = all_features(texts.data, texts.offsets, tables().classes, folded)
    owners = np.repeat(np.arange(len(items), dtype=np.int32), np.diff(firsts))
    order = np.lexsort((keys, owners))
    keys, owners = keys[order], owners[order]
    fresh = np.append(True, (keys[1:] != keys[:-1]) | (owners[1:] != owners[:-1]))[: len(keys)]
    places = np.flatnonzero(fresh)
    times = np.diff(np.append(places, len(keys))).astype(np.int32)
    return keys[places], groups[order][places], owners[places], times
