"""Which rows train, which validate, which test: whole groups, stratum by stratum, by seed and content alone.

The outcome depends on the seed, the shares, and what the rows are: not on their order, on how strata or groups are
numbered, or on Python's hash. Groups of several rows come first, the largest ahead; each goes to a split that still has
room for all of it, drawn in proportion to the room, and to training where none has. Single rows then fill what is left. So
validation and test never hold more than their share, and less only by what a whole group did not let in.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.curation.hashing import Hashes

TRAIN, VALIDATION, TEST, OUT = 0, 1, 2, -1
NAMES = {TRAIN: "train", VALIDATION: "validation", TEST: "test"}
_WHOLE = float(1 << 53)
_CLOSE = 1e-9

Codes = NDArray[np.int8]
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Shares(NamedTuple):
    """Of validation and test; the rest is for training."""

    validation: float
    test: float


def split(
    groups: Rows, strata: Hashes, contents: Hashes, shares: Shares, seed: int, frozen: Flags | None = None
) -> Codes:
    """The split of each row. `contents` and `strata` are numbers that stand for what a row says and what it belongs to.

    With `frozen`, those rows are the test split, all of it; other rows of their groups are OUT; and the rest is divided
    between training and validation in the proportion that was asked for.
    """
    codes = np.full(len(groups), TRAIN, np.int8)
    if frozen is not None:
        codes[np.isin(groups, groups[frozen])] = OUT
        codes[frozen] = TEST
        shares = Shares(shares.validation / (1 - shares.test), 0.0)
    free = np.flatnonzero(codes == TRAIN)
    if len(free):
        codes[free] = _assigned(groups[free], strata[free], drawn(contents[free], seed), shares)
    return codes


def at_random(contents: Hashes, shares: Shares, seed: int) -> Codes:
    """The naive way, to compare with: every row by itself, as if no row resembled another."""
    codes = np.full(len(contents), TRAIN, np.int8)
    order = np.argsort(drawn(contents, seed), kind="stable")
    first, last = round(shares.validation * len(order)), round((shares.validation + shares.test) * len(order))
    codes[order[:first]], codes[order[first:last]] = VALIDATION, TEST
    return codes


def drawn(values: Hashes, seed: int) -> Hashes:
    """Numbers as good as random that depend on the values and the seed alone."""
    found = values.astype(np.uint64) + np.uint64((seed * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) & 0xFFFFFFFFFFFFFFFF)
    for shift, multiplier in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        found = (found ^ (found >> np.uint64(shift))) * np.uint64(multiplier)
    mixed: Hashes = found ^ (found >> np.uint64(31))
    return mixed


def _assigned(groups: Rows, strata: Hashes, keys: Hashes, shares: Shares) -> Codes:
    """One stratum after another; what rounding or a whole group left open in one is made up for in the next."""
    _, first, of, sizes = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    found = np.full(len(first), TRAIN, np.int8)
    keyed, homes = _sums(keys, of, len(first)), _homes(strata, of, len(first))
    left = np.zeros(2)
    for home in np.unique(homes):
        here = np.flatnonzero(homes == home)
        asked = np.array(shares) * sizes[here].sum()
        most = np.where(asked > 0, np.maximum(2 * asked, sizes[here].min()), 0)
        room = np.minimum(asked + left, most)
        used = _fill(found, here[np.lexsort((keyed[here], -sizes[here]))], sizes, keyed, room)
        left = left + asked - used
    codes: Codes = found[of]
    return codes


def _fill(found: Codes, order: Rows, sizes: Rows, keys: Hashes, room: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the groups of one stratum their splits; returns how many rows validation and test were given."""
    total = int(sizes[order].sum())
    rooms = [float(total - room.sum()), *room.tolist()]
    many = int(np.searchsorted(-sizes[order], -1))  # where the groups of one row begin
    for group in order[:many].tolist():
        size = int(sizes[group])
        chosen = _drawn(rooms, size, int(keys[group]))
        found[group] = chosen
        rooms[chosen] -= size
    singles = order[many:]
    at = 0
    for code in (VALIDATION, TEST):
        wanted = int(max(0.0, rooms[code]) + _CLOSE)
        found[singles[at : at + wanted]] = code
        rooms[code] -= len(singles[at : at + wanted])
        at += wanted
    used: NDArray[np.float64] = room - np.array(rooms[1:])
    return used


def _drawn(rooms: list[float], size: int, key: int) -> int:
    """A split with room for so many rows, in proportion to the room; training where none has."""
    fits = [room if room + _CLOSE >= size else 0.0 for room in rooms]
    place = (key >> 11) / _WHOLE * sum(fits)
    for code, room in enumerate(fits):
        if room and place < room:
            return code
        place -= room
    return TRAIN


def _sums(keys: Hashes, of: Rows, groups: int) -> Hashes:
    """A number per group that depends on its rows' numbers and not on their order."""
    order = np.argsort(of, kind="stable")
    starts = np.searchsorted(of[order], np.arange(groups))
    return drawn(np.add.reduceat(keys[order], starts), 1)


def _homes(strata: Hashes, of: Rows, groups: int) -> Hashes:
    """The stratum of most of a group's rows, of the smaller number on a tie."""
    order = np.lexsort((strata, of))
    owner, stratum = of[order], strata[order]
    starts = np.flatnonzero(np.r_[True, (owner[1:] != owner[:-1]) | (stratum[1:] != stratum[:-1])])
    counts = np.diff(np.r_[starts, len(order)])
    best = np.lexsort((stratum[starts], -counts, owner[starts]))
    homes = np.empty(groups, np.uint64)
    homes[owner[starts][best][::-1]] = stratum[starts][best][::-1]  # the last one written is the first in order
    return homes
