"""A figure with its interval: the units are drawn anew, with replacement, many times (Efron & Tibshirani 1993, ch. 13).

Everything that is counted here is a sum over units, so a draw is only a row of weights: how often each unit came. Units
with the same answers are interchangeable, so weights are drawn for patterns of answers instead, from the multinomial
distribution that draws of units have; a million units of two or three answers have some dozens of patterns. All draws
are then one product of matrices: 10,000 units and 1,000 draws take a fraction of a second.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from app.curation.agreement.answers import Floats, Ints

RESAMPLES = 1_000
LEVEL = 0.95
LEAST_DEFINED = 0.5
"""Draws that must have a value before their quantiles are shown as an interval."""
_AT_ONCE = 4_000_000
_DEAR = 12
"""A multinomial weight costs about as much as this many drawn units."""

Statistic = Callable[[Floats], Floats]
"""From weights, a row per draw and a column per pattern, to a value per draw; nan where it is undefined."""


@dataclass(frozen=True)
class Estimate:
    """A figure on `units` with two answers or more. None where it is undefined, as when only one answer was ever given.

    That everybody gave the one answer there is shows no agreement beyond chance: chance alone explains it.
    """

    value: float | None
    low: float | None
    high: float | None
    units: int


def estimate(times: Ints, statistic: Statistic, resamples: int = RESAMPLES, seed: int = 0) -> Estimate:
    """The statistic on all units, and between which values 95 % of the draws lie. Without resamples no interval."""
    units = int(times.sum())
    if not units:
        return Estimate(None, None, None, 0)
    value = float(statistic(times[np.newaxis].astype(np.float64))[0])
    if np.isnan(value):
        return Estimate(None, None, None, units)
    drawn = [statistic(weights) for weights in draws(times, resamples, seed)]
    found = np.concatenate(drawn) if drawn else np.zeros(0)
    defined = found[~np.isnan(found)]
    if not resamples or units < 2 or len(defined) < LEAST_DEFINED * resamples:
        return Estimate(value, None, None, units)
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, min(float(low), value), max(float(high), value), units)


def draws(times: Ints, resamples: int, seed: int) -> Iterator[Floats]:
    """Weights of patterns in bounded pieces: rows are draws of as many units as there are."""
    rng, units, width = np.random.default_rng(seed), int(times.sum()), len(times)
    is_dear = width * _DEAR > units
    rows = max(1, _AT_ONCE // (units if is_dear else width))
    pattern_of = np.repeat(np.arange(width), times) if is_dear else None
    for start in range(0, resamples, rows):
        count = min(rows, resamples - start)
        if pattern_of is None:
            yield rng.multinomial(units, times / units, size=count).astype(np.float64)
            continue
        chosen = pattern_of[rng.integers(0, units, (count, units))] + np.arange(count)[:, np.newaxis] * width
        yield np.bincount(chosen.ravel(), minlength=count * width).reshape(count, width).astype(np.float64)
