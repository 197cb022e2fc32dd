"""What a paraphrase keeps: the beginnings of words, which of them stand close together, and three characters in a row.

An identifier is read as its parts (`minValue`, `min_value`: two words), so that code is found under other names and in
other languages. `parts` and `trigrams` in the tests say the same in Python.
"""

import numpy as np
from numba import njit, uint64
from numpy.typing import NDArray

from app.curation.characters import LAST_RARE, MARK, NOTHING, RARE, SINGLE, SIZE, SPACE, UPPER, WORD
from app.curation.kernels.keys import one_way, place_of
from app.curation.kernels.scanner import decode, mixed

PREFIX, REACH = 5, 3
"""Characters of a word that count; how many words apart two words may stand to be a pair, in either order."""
WORDS, TRIGRAMS = 0, 1
"""The two groups of features; each weighs half."""
_SALT = np.uint64(0xA0761D6478BD642F)
_BLANK, _JOINT = 0x20, 0x5F


@njit(cache=True, nogil=True)
def _close(
    value: np.uint64,
    before: NDArray[np.uint64],
    seen: int,
    keys: NDArray[np.uint64],
    groups: NDArray[np.uint8],
    count: int,
) -> int:
    """Write a finished word and its pairs with the words before it; `before` is a ring of the last ones."""
    keys[count], groups[count] = one_way(value), WORDS
    count += 1
    for back in range(1, min(REACH, seen) + 1):
        other = before[(seen - back) % REACH]
        if other != value:
            keys[count], groups[count] = one_way(mixed(value) + mixed(other) + _SALT), WORDS
            count += 1
    before[seen % REACH] = value
    return count


@njit(cache=True, nogil=True)
def features(
    data: NDArray[np.uint8],
    first: int,
    last: int,
    classes: NDArray[np.uint8],
    folded: NDArray[np.int32],
    keys: NDArray[np.uint64],
    groups: NDArray[np.uint8],
) -> int:
    """Write the features of data[first:last] as keys with their group; returns how many (at most 6 per byte + 6)."""
    before = np.zeros(REACH, np.uint64)
    at, count, seen, length = first, 0, 0, 0
    value = uint64(0)
    one, two = 0, _BLANK
    lower = False
    while at <= last:
        raw = _BLANK
        here = at
        if at < last:
            raw = np.int64(data[at])
            if raw < 128:
                at += 1
            else:
                raw, at = decode(data, at)
        else:
            at += 1
        code, kind, upper = raw, RARE if raw <= LAST_RARE else 0, False
        if raw < SIZE:
            upper = classes[raw] & UPPER != 0
            code = np.int64(folded[raw])
            if code == NOTHING:
                continue
            kind = np.int64(classes[code])
        if kind & SPACE or here == last:
            if one:
                keys[count], groups[count] = _trigram(one, two, _BLANK), TRIGRAMS
                count += 1
            one, two = 0, _BLANK
        else:
            if one:
                keys[count], groups[count] = _trigram(one, two, code), TRIGRAMS
                count += 1
            one, two = two, code
        within = kind & (WORD | MARK) and code != _JOINT
        if length and (not within or kind & SINGLE or (upper and lower)):
            count = _close(value, before, seen, keys, groups, count)
            seen += 1
            length = 0
            value = uint64(0)
        if within and (length or not kind & MARK):
            if length < PREFIX:
                value = mixed(value + uint64(code) + uint64(1))
            length += 1
            if kind & SINGLE:
                length = PREFIX
        lower = within and not upper
    return count


@njit(cache=True, nogil=True, inline="always")
def _trigram(one: int, two: int, three: int) -> np.uint64:
    return one_way((uint64(one) << uint64(42)) | (uint64(two) << uint64(21)) | uint64(three))


@njit(cache=True, nogil=True)
def all_features(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], classes: NDArray[np.uint8], folded: NDArray[np.int32]
) -> tuple[NDArray[np.uint64], NDArray[np.uint8], NDArray[np.int64]]:
    """The features of all texts one after another, their groups, and where those of each text begin."""
    texts = len(offsets) - 1
    most = 6 * (offsets[texts] - offsets[0]) + 6 * texts
    keys, groups = np.empty(most, np.uint64), np.empty(most, np.uint8)
    firsts = np.zeros(texts + 1, np.int64)
    for text in range(texts):
        begin = firsts[text]
        count = features(data, offsets[text], offsets[text + 1], classes, folded, keys[begin:], groups[begin:])
        firsts[text + 1] = begin + count
    return keys[: firsts[texts]].copy(), groups[: firsts[texts]].copy(), firsts


@njit(cache=True, nogil=True)
def nearest(
    data: NDArray[np.uint8],
    begins: NDArray[np.int64],
    finishes: NDArray[np.int64],
    classes: NDArray[np.uint8],
    folded: NDArray[np.int32],
    slots: NDArray[np.int32],
    known: NDArray[np.uint64],
    weights: NDArray[np.float32],
    kinds: NDArray[np.uint8],
    firsts: NDArray[np.int64],
    items: NDArray[np.int32],
    values: NDArray[np.float32],
    item_count: int,
    most: int,
    strange: float,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The `most` items most alike to each stretch data[begins:finishes], best first (-1: none), and how alike.

    Feature `f` of the table weighs `weights[f]`, is of group `kinds[f]` and stands in the items
    `items[firsts[f]:firsts[f + 1]]` with `values`, which are scaled so that each group of an item has length one.
    Every feature that is not in the table adds `strange` to the square of the stretch's length.
    """
    texts = len(begins)
    best, alike = np.full((texts, most), -1, np.int32), np.zeros((texts, most), np.float32)
    widest = 0
    for text in range(texts):
        widest = max(widest, finishes[text] - begins[text])
    keys, groups = np.empty(6 * widest + 6, np.uint64), np.empty(6 * widest + 6, np.uint8)
    counts, scores = np.zeros(len(known), np.int32), np.zeros(item_count, np.float32)
    touched, hit = np.empty(len(known), np.int32), np.empty(item_count, np.int32)
    for text in range(texts):
        used, reached = 0, 0
        lengths = np.zeros(2, np.float64)
        for at in range(features(data, begins[text], finishes[text], classes, folded, keys, groups)):
            place = place_of(keys[at], slots, known)
            if place >= 0:
                if counts[place] == 0:
                    touched[used] = place
                    used += 1
                counts[place] += 1
            else:
                lengths[groups[at]] += strange
        for at in range(used):
            place = touched[at]
            lengths[kinds[place]] += ((1 + np.log(counts[place])) * weights[place]) ** 2
        scales = 0.5 / np.sqrt(np.maximum(lengths, 1e-12))
        for at in range(used):
            place = touched[at]
            weight = np.float32((1 + np.log(counts[place])) * weights[place] * scales[kinds[place]])
            counts[place] = 0
            for posting in range(firsts[place], firsts[place + 1]):
                item = items[posting]
                if scores[item] == 0:
                    hit[reached] = item
                    reached += 1
                scores[item] += weight * values[posting]
        for at in range(reached):
            _insert(best[text], alike[text], hit[at], scores[hit[at]])
            scores[hit[at]] = 0
    return best, alike


@njit(cache=True, nogil=True)
def _insert(best: NDArray[np.int32], alike: NDArray[np.float32], item: int, score: float) -> None:
    """Keep the best, in order; of equals the item with the smaller number comes first."""
    at = len(best)
    while at > 0 and (score > alike[at - 1] or (score == alike[at - 1] and item < best[at - 1])):
        at -= 1
    for place in range(len(best) - 1, at, -1):
        best[place], alike[place] = best[place - 1], alike[place - 1]
    if at < len(best):
        best[at], alike[at] = item, score
