"""How far a judge agrees with experts on the samples that both have judged: correlation, kappa, calibration.

Correlations are of ranks with ties (Spearman's rho, Kendall's tau-b); kappa is weighted by squares on the points of the
scale. Every figure has the interval between which 95 % of redrawn sets of samples lie.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from app.curation.agreement.answers import Floats
from app.curation.agreement.estimates import Estimate
from app.curation.agreement.kappa import kappas
from app.curation.intervals import wilson

LEAST = 30
"""Samples that experts and the judge must both have judged before anything is said of their agreement."""
LEAST_OF_EACH = 5
"""So many of them at least must be approved, and so many rejected: where all are alike nothing can agree."""
RESAMPLES = 400
MOST = 500
"""Samples that Kendall's tau looks at, drawn by lot where there are more: it compares every two."""


@dataclass(frozen=True)
class Bin:
    """Samples whose score lies from `low` to `high` (shares of the scale): how many, and what experts made of them."""

    low: float
    high: float
    samples: int
    mean_score: float
    mean_expert: float
    ends: tuple[float, float]


@dataclass(frozen=True)
class Standing:
    """`scores` and `experts` were shares from 0 to 1. `is_measured` is False below `LEAST`; then no figure is given."""

    samples: int
    spearman: Estimate
    kendall: Estimate
    kappa: Estimate
    bins: tuple[Bin, ...]
    error: float

    @property
    def is_measured(self) -> bool:
        return self.spearman.value is not None


def standing(scores: Floats, experts: Floats, points: int, seed: int = 0) -> Standing:
    """`points` is how many steps the scale has on which kappa is taken (2 for a decision)."""
    return _known(scores.tobytes(), experts.tobytes(), points, seed)


@lru_cache(maxsize=64)
def _known(scored: bytes, said: bytes, points: int, seed: int) -> Standing:
    """A page that asks for itself every two seconds need not redraw the same samples each time."""
    scores, experts = np.frombuffer(scored, np.float64), np.frombuffer(said, np.float64)
    many = len(scores)
    if not enough(experts):
        none = Estimate(None, None, None, many)
        return Standing(many, none, none, none, (), float("nan"))
    steps = points - 1
    return Standing(
        many,
        _redrawn(spearman, scores, experts, seed),
        _redrawn(kendall, *_some(scores, experts, seed), seed),
        _redrawn(lambda one, other: kappa(one, other, points), _steps(scores, steps), _steps(experts, steps), seed),
        bins(scores, experts),
        calibration_error(scores, experts),
    )


def enough(experts: Floats) -> bool:
    """Whether anything can be said: enough samples, and not all of one kind."""
    good = int((experts >= 0.5).sum())
    return len(experts) >= LEAST and min(good, len(experts) - good) >= LEAST_OF_EACH


def spearman(one: Floats, other: Floats) -> float:
    """Correlation of ranks; nan where one of them is all alike."""
    return _pearson(ranks(one), ranks(other))


def kendall(one: Floats, other: Floats) -> float:
    """Tau-b: pairs in the same order less pairs in the other, over all pairs that are not tied."""
    mine, theirs = (np.sign(values[:, None] - values[None, :]) for values in (one, other))
    over = np.sqrt(np.abs(mine).sum() * np.abs(theirs).sum())
    return float((mine * theirs).sum() / over) if over else float("nan")


def kappa(one: Floats, other: Floats, points: int) -> float:
    """Cohen's, weighted by squares, on codes from 0."""
    table = np.zeros((points, points))
    np.add.at(table, (one.astype(np.int64), other.astype(np.int64)), 1)
    return float(kappas(table, "quadratic"))


def ranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    shared: Floats = (last - (counts - 1) / 2)[places]
    return shared


def bins(scores: Floats, experts: Floats, most: int = 5) -> tuple[Bin, ...]:
    """Fifths of the scale that hold any sample; the interval is Wilson's, with an expert's share as a count."""
    place = np.minimum((scores * most).astype(np.int64), most - 1)
    found = []
    for at in np.unique(place).tolist():
        mine = place == at
        many, right = int(mine.sum()), float(experts[mine].sum())
        ends = wilson(round(right), many)
        found.append(Bin(at / most, (at + 1) / most, many, float(scores[mine].mean()), right / many, ends))
    return tuple(found)


def calibration_error(scores: Floats, experts: Floats) -> float:
    """How far score and experts lie apart on average, bin by bin, weighted by samples (ECE)."""
    return sum(one.samples * abs(one.mean_score - one.mean_expert) for one in bins(scores, experts)) / len(scores)


def _redrawn(of: Callable[[Floats, Floats], float], one: Floats, other: Floats, seed: int) -> Estimate:
    value = of(one, other)
    if np.isnan(value):
        return Estimate(None, None, None, len(one))
    chance = np.random.default_rng(seed)
    some = [of(one[drawn], other[drawn]) for drawn in chance.integers(0, len(one), (_draws(len(one)), len(one)))]
    low, high = np.nanquantile(some, [0.025, 0.975])
    return Estimate(value, min(float(low), value), max(float(high), value), len(one))


def _draws(many: int) -> int:
    """Fewer where each costs more: the ends of an interval need not be exact."""
    return max(100, min(RESAMPLES, 40_000_000 // (many * many)))


def _some(scores: Floats, experts: Floats, seed: int) -> tuple[Floats, Floats]:
    if len(scores) <= MOST:
        return scores, experts
    chosen = np.random.default_rng(seed).choice(len(scores), MOST, replace=False)
    return scores[chosen], experts[chosen]


def _steps(shares: Floats, steps: int) -> Floats:
    """The nearest step of the scale; half way goes up."""
    return np.clip(np.floor(shares * steps + 0.5), 0, steps)


def _pearson(one: Floats, other: Floats) -> float:
    mine, theirs = one - one.mean(), other - other.mean()
    over = np.sqrt((mine**2).sum() * (theirs**2).sum())
    return float((mine * theirs).sum() / over) if over else float("nan")
