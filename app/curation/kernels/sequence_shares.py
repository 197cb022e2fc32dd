"""Word sequences that come again within a text."""

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from app.curation.kernels.scanner import mixed

TOP, REPEATED, LAST = 2, 5, 10
"""Sequences of TOP to REPEATED - 1 words are measured by the most frequent one, those up to LAST by all later copies."""


@njit(cache=True, nogil=True)
def sequence_shares(
    hashes: NDArray[np.uint64], lengths: NDArray[np.int64], firsts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Per text and length of sequence from `TOP` to `LAST`: a share of the characters in words.

    A sequence can come twice only if the two that are one word shorter in it do, so that few are ever looked up.
    """
    texts = len(firsts) - 1
    found = np.zeros((texts, LAST - TOP + 1), np.float64)
    most = 0
    for text in range(texts):
        most = max(most, firsts[text + 1] - firsts[text])
    size = 8
    while size < 2 * most:
        size *= 2
    rolling, keys, covered = np.empty(most, np.uint64), np.empty(size, np.uint64), np.empty(most + 1, np.int64)
    owners, counts = np.empty(size, np.int64), np.empty(size, np.int64)
    slots, twice = np.empty(most + 1, np.int64), np.empty(most + 1, np.bool_)
    for text in range(texts):
        first, words = firsts[text], firsts[text + 1] - firsts[text]
        span = 8
        while span < 2 * words:
            span *= 2
        characters = 0
        for at in range(words):
            rolling[at] = hashes[first + at]
            characters += lengths[first + at]
        twice[: words + 1] = True
        for n in range(2, LAST + 1):
            again, best = 0, 0
            owners[:span] = -1
            if n >= REPEATED:
                covered[: words + 1] = 0
            for at in range(words - n + 1):
                slots[at] = -1
                if not (twice[at] and twice[at + 1]):
                    continue
                value = mixed(rolling[at] * uint64(0x9E3779B97F4A7C15) + hashes[first + at + n - 1])
                rolling[at] = value
                slot = np.int64(value & uint64(span - 1))
                while owners[slot] >= 0 and keys[slot] != value:
                    slot = (slot + 1) & (span - 1)
                slots[at] = slot
                if owners[slot] < 0:
                    keys[slot], owners[slot], counts[slot] = value, at, 1
                    continue
                again += 1
                counts[slot] += 1
                if n >= REPEATED:
                    covered[at] += 1
                    covered[at + n] -= 1
                else:
                    width = 0
                    for word in range(at, at + n):
                        width += lengths[first + word]
                    best = max(best, width * counts[slot])
            if not again:
                break
            for at in range(words - n + 1):
                twice[at] = slots[at] >= 0 and counts[slots[at]] > 1
            twice[max(0, words - n + 1)] = False
            if n >= REPEATED:
                depth = 0
                for at in range(words):
                    depth += covered[at]
                    best += lengths[first + at] if depth else 0
            found[text, n - TOP] = min(1.0, best / max(1, characters))
    return found
