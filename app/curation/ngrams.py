"""How much of a text is word sequences that come again in it (Gopher, table A1)."""

import numpy as np

from app.curation.batch import Array
from app.curation.kernels.sequence_shares import LAST, TOP, sequence_shares
from app.curation.words import Words


def repeated_shares(words: Words) -> dict[int, Array]:
    """Per length of sequence, 2 to 10 words, and text: a share of the bytes that are words.

    Of 2 to 4 words: the sequence that covers most, all its copies (Gopher: top n-gram). Of 5 to 10: words that lie in a
    second or later copy of any sequence, each word once (Gopher: duplicate n-grams).
    """
    shares = sequence_shares(words.hashes, (words.ends - words.starts).astype(np.int64), words.firsts)
    return {n: np.ascontiguousarray(shares[:, n - TOP]) for n in range(TOP, LAST + 1)}
