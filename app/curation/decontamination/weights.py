"""How much a word of an item says: nothing where all items share it, half where any text may hold it."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.curation.hashing import Hashes
from app.curation.kernels.keys import all_sequences
from app.curation.texts import Texts
from app.curation.words import Words

GRAM = 8
"""Words in a row that are looked up; longer matches are runs of them (Tülu 3's rule needs 8, GPT-3's 13)."""
MOST_ITEMS = 64
"""A sequence in more items of one benchmark is its template: it weighs nothing and is not looked up."""
COMMON = (
    "a about after all also am an and any are as at be because been before being between both but by can could did do "
    "does each following for from had has have he her his how i if in into is it its like many may more most much my no "
    "not of on one only or other our out over same she should so some such than that the their them then there these "
    "they this those through to under up use used was we were what when where which while who why will with would you your"
)
"""English words that any text may hold; they and characters of scripts without spaces count half."""


class Sequences:
    """Every `GRAM` words in a row of all texts: keys, and the items (of so many texts) that share each."""

    def __init__(self, words: Words) -> None:
        self.keys, self.firsts = all_sequences(words.hashes, words.firsts, GRAM)
        self.owners = np.repeat(np.arange(len(words.counts)), np.diff(self.firsts))
        self.positions = np.arange(len(self.keys)) - self.firsts[self.owners]

    def shared(self, items: NDArray[np.int64]) -> NDArray[np.int64]:
        """In how many items each sequence stands; `items` has the item of each text."""
        unique, places = np.unique(self.keys, return_inverse=True)
        pairs = np.unique(np.stack([places, items[self.owners]]), axis=1)
        return np.bincount(pairs[0], minlength=len(unique))[places]


def word_weights(words: Words, sequences: Sequences, shared: NDArray[np.int64], items: int) -> NDArray[np.float32]:
    """Per word: the inverse frequency of the commonest sequence it lies in (0 to 1), half for a common word."""
    commonest = np.zeros(len(words.hashes), np.int64)
    starts = words.firsts[sequences.owners] + sequences.positions
    for offset in range(GRAM):
        np.maximum.at(commonest, starts + offset, shared)
    rarity = np.log1p(items / np.maximum(commonest, 1)) / np.log1p(items)
    rarity[commonest > MOST_ITEMS] = 0
    weights: NDArray[np.float32] = (rarity * said(words)).astype(np.float32)
    return weights


def said(words: Words) -> NDArray[np.float32]:
    """1 per word, .5 per word that any text may hold."""
    half = np.isin(words.hashes, _common()) | _single(words)
    return np.where(half, np.float32(0.5), np.float32(1.0))


def _single(words: Words) -> NDArray[np.bool_]:
    """Words of one character beyond ASCII; in a text without spaces each character is a word."""
    data = words.texts.data
    return (words.ends - words.starts > 1) & (words.ends - words.starts <= 4) & (data[words.starts] >= 0xE0)


@cache
def _common() -> Hashes:
    return Words.compared(Texts.of([COMMON])).hashes
