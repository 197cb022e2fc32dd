"""What comes again: elements and sequences of words, found by their hashes in a small table per text.

The definitions are datatrove's `gopher_repetition_filter.py`; hashes of 64 bits stand for the strings.
"""

from typing import NamedTuple

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
    """Prepare `joined` and `repeated`: running sums of the words' hashes, powers and characters, one longer than the words."""
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


class Table(NamedTuple):
    """Room for one text: `keys` are hashes, `counts` how often each came, `firsts` where first."""

    keys: Hashes
    counts: Counts
    firsts: Counts


@njit(cache=True, nogil=True)
def shared(keys: Hashes, places: Counts, count: int, table: Table) -> tuple[int, int, int]:
    """Keep those of the first `count` places whose key comes at two of them; ``keys[at]`` belongs to ``places[at]``.

    How many are left, how often the most frequent key comes (of two alike the earlier, as in `Counter`), and where
    first; once and at the first place where none comes twice.
    """
    held, counts, firsts = table
    bits, best, first = bits_for(count), 1, places[0] if count else 0
    held[: 1 << bits] = 0
    for at in range(count):
        slot = find(keys[at], held, bits)
        if not held[slot]:
            held[slot], counts[slot], firsts[slot] = keys[at], 1, places[at]
            continue
        counts[slot] += 1
        if counts[slot] > best or (counts[slot] == best and firsts[slot] < first):
            best, first = counts[slot], firsts[slot]
    kept = 0
    for at in range(count if best > 1 else 0):
        if counts[find(keys[at], held, bits)] > 1:
            keys[kept], places[kept] = keys[at], places[at]
            kept += 1
    return kept, best, first


@njit(cache=True, nogil=True)
def lengthen(keys: Hashes, places: Counts, count: int, hashes: Hashes, n: int) -> int:
    """Make of the keys for `n` - 1 words in a row those for `n`; how many places have so many words behind them."""
    while count and places[count - 1] + n > len(hashes):
        count -= 1
    for at in range(count):
        key = keys[at] * PRIME + hashes[places[at] + n - 1]
        keys[at] = (key ^ (key >> uint64(29))) * _SPREAD | uint64(1)
    return count


@njit(cache=True, nogil=True)
def joined(n: int, words: int, sums: Hashes, powers: Hashes, keys: Hashes, places: Counts) -> int:
    """Keys of all sequences of `n` words written without blanks, and their places; how many there are."""
    for at in range(words - n + 1):
        keys[at], places[at] = (sums[at + n] - sums[at]) * powers[at + n], at
    return max(0, words - n + 1)


@njit(cache=True, nogil=True)
def repeated(
    n: int, words: int, sums: Hashes, powers: Hashes, ends: Counts, places: Counts, count: int, held: Hashes
) -> int:
    """Characters of `n` words in a row that came before, going on behind them (`find_all_duplicate`).

    Words are joined without a blank before they are compared, as in the reference. Only `places` are looked at.
    """
    bits, characters, behind = bits_for(count), 0, 0
    held[: 1 << bits] = 0
    for at in range(count):
        place = places[at]
        if place < behind or place + n > words:
            continue
        key = (sums[place + n] - sums[place]) * powers[place + n]
        slot = find(key, held, bits)
        if held[slot]:
            characters += ends[place + n] - ends[place]
            behind = place + n
        else:
            held[slot] = key
    return characters
