"""Sides for rows so that nothing that hangs together stands on two, and the measured proof that nothing does."""

from dataclasses import dataclass, field

import numpy as np

from app.curation.deduplicator import Pairs
from app.curation.hashing import Hashes
from app.curation.kernels.pairing import components
from app.curation.releasing.likeness import FLOOR, Likeness, Nearest
from app.curation.releasing.splitting import OUT, TEST, TRAIN, VALIDATION, Codes, Flags, Rows, Shares, at_random, split

STEPS = 10
"""Of the histogram of similarities."""
SHOWN = 10
TRIES = 5


@dataclass
class Facts:
    """What is known of rows, in their order. `ties` are (row, number): equal numbers mean the same conversation or so."""

    contents: Hashes
    strata: Hashes
    ties: tuple[Rows, Rows]
    frozen: Flags | None = None


@dataclass
class Kept:
    """The side of each row, and what was measured. `nearest` is about `asked`: the rows of validation and test."""

    codes: Codes
    groups: Rows
    asked: Rows
    nearest: Nearest
    above: int
    naive: int
    histogram: list[int] = field(default_factory=list)

    @property
    def closest(self) -> list[tuple[int, int, float]]:
        """(row, row for training, similarity), the most similar first."""
        order = np.lexsort((self.asked, -self.nearest.shares))[:SHOWN]
        found = [(int(self.asked[at]), int(self.nearest.rows[at]), float(self.nearest.shares[at])) for at in order]
        return [one for one in found if one[1] >= 0]


def keep_apart(rows: Likeness, facts: Facts, shares: Shares, seed: int, threshold: float) -> Kept:
    """Give every row its side.

    Pairs are searched by MinHash, which may miss one in ten thousand; the nearest rows are then searched in another way,
    and should they show a pair at the threshold on two sides, it is joined and the sides are given anew.
    """
    alike = rows.pairs(threshold)
    links = np.concatenate([alike.links, _tied(*facts.ties)])
    for _ in range(TRIES):
        groups = components(links, len(facts.contents))
        codes = split(groups, facts.strata, facts.contents, shares, seed, facts.frozen)
        asked, nearest = _measured(rows, codes, min(FLOOR, threshold))
        above = nearest.shares >= threshold
        if not above.any():
            break
        links = np.concatenate([links, np.stack([asked[above], nearest.rows[above]], axis=1)])
    naive = alike.across(at_random(facts.contents, _as_given(codes), seed))
    return Kept(codes, groups, asked, nearest, int(above.sum()), naive, _histogram(nearest))


def _measured(rows: Likeness, codes: Codes, floor: float) -> tuple[Rows, Nearest]:
    asked, others = (np.flatnonzero(mask) for mask in ((codes == VALIDATION) | (codes == TEST), codes == TRAIN))
    return asked, rows.nearest(asked, others, floor)


def _tied(rows: Rows, numbers: Rows) -> Pairs:
    """Each row with the first that has the same number."""
    order = np.lexsort((rows, numbers))
    of, mine = numbers[order], rows[order]
    starts = np.flatnonzero(np.r_[True, of[1:] != of[:-1]]) if len(of) else np.empty(0, np.int64)
    firsts = np.repeat(mine[starts], np.diff(np.r_[starts, len(of)]))
    pairs: Pairs = np.stack([firsts, mine], axis=1)[firsts != mine]
    return pairs


def _as_given(codes: Codes) -> Shares:
    """The shares as they came out, so that the naive split is of the same size."""
    many = max(1, int((codes != OUT).sum()))
    return Shares(float((codes == VALIDATION).sum() / many), float((codes == TEST).sum() / many))


def _histogram(nearest: Nearest) -> list[int]:
    """Rows by the similarity of their nearest, in tenths; those without a near one are in the first."""
    places = np.minimum((nearest.shares * STEPS + 1e-9).astype(np.int64), STEPS - 1)
    return [int(many) for many in np.bincount(places, minlength=STEPS)]
