"""All pairs of texts with a Jaccard similarity of at least 0.8, without any sketch: a product of sparse matrices.

Shares no code with what it judges but the definition of a word; sequences are told apart as strings of Python.
"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from app.curation.text import comparable, words

ROWS = 500


def exact_pairs(texts: Sequence[str], threshold: float, size: int) -> dict[tuple[int, int], float]:
    """Similarity by pair of rows (earlier, later)."""
    matrix = _matrix(texts, size)
    counts = matrix.sum(axis=1)
    shared = matrix[:, matrix.sum(axis=0) > 1]
    transposed = shared.T.tocsc()
    found = {}
    for first in range(0, len(texts), ROWS):
        product = (shared[first : first + ROWS] @ transposed).tocoo()
        rows, others, both = product.row + first, product.col, product.data
        shares = both / (counts[rows] + counts[others] - both)
        keep = (shares >= threshold) & (rows < others)
        pairs = zip(rows[keep].tolist(), others[keep].tolist(), strict=True)
        found.update(zip(pairs, shares[keep].tolist(), strict=True))
    return found


def leaders(pairs: dict[tuple[int, int], float], rows: int) -> set[int]:
    """The rows to drop when every row that resembles no row kept before it is kept."""
    near: dict[int, list[int]] = {}
    for earlier, later in pairs:
        near.setdefault(later, []).append(earlier)
    dropped: set[int] = set()
    for row in range(rows):
        if any(other not in dropped for other in near.get(row, ())):
            dropped.add(row)
    return dropped


def _matrix(texts: Sequence[str], size: int) -> csr_array:
    numbers: dict[str, int] = {}
    columns, ends = [], [0]
    for text in texts:
        found = words(comparable(text))
        sequences = {" ".join(found[at : at + size]) for at in range(max(1, len(found) - size + 1))} if found else ()
        columns += [numbers.setdefault(sequence, len(numbers)) for sequence in sequences]
        ends.append(len(columns))
    ones = np.ones(len(columns), np.float32)
    return csr_array((ones, np.array(columns), np.array(ends)), shape=(len(texts), len(numbers)))
