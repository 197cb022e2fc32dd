"""What comes again: elements and sequences of words, found by their hashes in a small table per text.

The definitions are datatrove's `gopher_repetition_filter.py`; hashes of 64 bits stand for the strings.
"""

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from app.curation.kernels.polynomial import PRIME, power

Hashes = NDArray[np.uint64]
Counts = NDArray[np.int64]
INVERSE = np.uint64(pow(int(PRIME), -1, 1 << 64))
_SPREAD = np.uint64(0xD6E8FEB86659FD93)


@njit(cache=True, nogil=True, inline="always")
def bits_for(count: int) -> int:
    """The size of a table that `count` keys fill at most by half, as a power of two."""
    bits = 3
    while 1 << bits < 2 * count:
        bits += 1
    return bits


@njit(cache=True, nogil=True, inline="always")
def find(key: np.uint64, table: Hashes, bits: int) -> int:
    """The slot that holds the key, or the empty one (0) where it belongs."""
    last = (1 << bits) - 1
    slot = np.int64(((key ^ (key >> uint64(32))) * _SPREAD) >> uint64(64 - bits))
    while table[slot] and table[slot] != key:
        slot = (slot + 1) & last
    return slot


@njit(cache=True, nogil=True)
def duplicates(keys: Hashes, sizes: Counts, table: Hashes) -> tuple[int, int]:
    """How many elements are equal to an earlier one, and their characters (`find_duplicates`)."""
    bits = bits_for(len(keys))
    table[: 1 << bits] = 0
    elements, characters = 0, 0
    for at in range(len(keys)):
        # An empty element has the hash 0, which would mark an empty slot.
        key = max(keys[at], uint64(1))
        slot = find(key, table, bits)
        if table[slot]:
            elements += 1
            characters += sizes[at]
        table[slot] = key
    return elements, characters


@njit(cache=True, nogil=True)
def join_hashes(hashes: Hashes, lengths: Counts, sums: Hashes, powers: Hashes, ends: Counts) -> None:
    """Prepare `joined`: running sums of the words' hashes, powers and characters, one longer than the words."""
    scale, down = uint64(1), uint64(1)
    sums[0], powers[0], ends[0] = uint64(0), scale, 0
    up_of, down_of = np.empty(32, np.uint64), np.empty(32, np.uint64)
    up_of[0], down_of[0] = scale, scale
    for length in range(1, 32):
        up_of[length], down_of[length] = up_of[length - 1] * PRIME, down_of[length - 1] * INVERSE
    for word in range(len(hashes)):
        length = lengths[word]
        scale *= up_of[length] if length < 32 else power(length, PRIME)
        down *= down_of[length] if length < 32 else power(length, INVERSE)
        sums[word + 1] = sums[word] + hashes[word] * down
        powers[word + 1] = scale
        ends[word + 1] = ends[word] + length


@njit(cache=True, nogil=True)
def repeated(n: int, words: int, sums: Hashes, powers: Hashes, ends: Counts, table: Hashes, bits: int) -> int:
    """Characters of `n` words in a row that came before, going on behind them (`find_all_duplicate`).

    Words are joined without a blank before they are compared, as in the reference.
    """
    table[: 1 << bits] = 0
    characters, at = 0, 0
    while at + n <= words:
        key = (sums[at + n] - sums[at]) * powers[at + n]
        slot = find(key, table, bits)
        if table[slot]:
            characters += ends[at + n] - ends[at]
            at += n
        else:
            table[slot] = key
            at += 1
    return characters


@njit(cache=True, nogil=True)
def sequence_keys(hashes: Hashes, keys: Hashes, n: int) -> None:
    """Make of the keys for `n` - 1 words in a row those for `n`; for one word they are the words' hashes."""
    for at in range(len(hashes) - n + 1):
        key = keys[at] * PRIME + hashes[at + n - 1]
        key ^= key >> uint64(29)
        keys[at] = key * _SPREAD | uint64(1)


@njit(cache=True, nogil=True)
def most_frequent(count: int, keys: Hashes, table: Hashes, seen: Counts, owner: Counts, bits: int) -> tuple[int, int]:
    """How often the most frequent of `count` keys comes and where first; of two alike the earlier (`Counter`)."""
    table[: 1 << bits] = 0
    best, first = 0, 0
    for at in range(count):
        slot = find(keys[at], table, bits)
        if not table[slot]:
            table[slot], seen[slot], owner[slot] = keys[at], 0, at
        seen[slot] += 1
        if seen[slot] > best or (seen[slot] == best and owner[slot] < first):
            best, first = seen[slot], owner[slot]
    return best, first
