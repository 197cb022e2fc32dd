"""Krippendorff's alpha: any number of raters, any of them missing, any difference between answers.

Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): alpha = 1 - observed / expected disagreement. Observed
is over pairs of answers to one unit, each unit's pairs weighing as much as its answers; expected is over all pairs.
"""

import numpy as np

from app.curation.agreement.answers import Answers, Floats, Patterns, patterns
from app.curation.agreement.estimates import RESAMPLES, Estimate, Statistic, estimate
from app.curation.agreement.scales import Differences, Interval, Ordinal, Scale, nominal


def krippendorff_alpha(
    answers: Answers | Patterns, scale: Scale | None = None, resamples: int = RESAMPLES, seed: int = 0
) -> Estimate:
    """Alpha on the given scale; words, which are the same or not, where none is given.

    Units with one answer are left out. None where no two answers in all of them differ.
    """
    found = patterns(answers)
    return estimate(found.times, _statistic(found, scale or nominal(found.counts.shape[1])), resamples, seed)


def _statistic(found: Patterns, scale: Scale) -> Statistic:
    match scale:
        case Differences(matrix):
            return _by_matrix(found, matrix)
        case Interval(points):
            return _by_numbers(found, points)
        case Ordinal():
            return _by_ranks(found)


def _by_matrix(found: Patterns, matrix: Floats) -> Statistic:
    pairs = ((found.counts @ matrix) * found.counts).sum(axis=1) / (found.sizes - 1)

    def of(weights: Floats) -> Floats:
        chosen = weights @ found.counts
        return _alpha(weights @ pairs, ((chosen @ matrix) * chosen).sum(axis=1), chosen)

    return of


def _by_numbers(found: Patterns, points: Floats) -> Statistic:
    # Squared distances over all pairs of some numbers are known from their sum and the sum of their squares.
    points = points - (points.mean() if len(points) else 0)
    squares, sums, sizes = found.counts @ points**2, found.counts @ points, found.sizes
    pairs = 2 * (sizes * squares - sums**2) / (sizes - 1)

    def of(weights: Floats) -> Floats:
        chosen = weights @ found.counts
        expected = 2 * (chosen.sum(axis=1) * (chosen @ points**2) - (chosen @ points) ** 2)
        return _alpha(weights @ pairs, expected, chosen)

    return of


def _by_ranks(found: Patterns) -> Statistic:
    """The ordinal difference is the squared distance of mid-ranks, which each draw has its own of."""
    sizes = found.sizes

    def of(weights: Floats) -> Floats:
        chosen = weights @ found.counts
        ranks = np.cumsum(chosen, axis=1) - chosen / 2
        ranks -= ranks.mean(axis=1, keepdims=True)
        sums = ranks @ found.counts.T
        squares = ranks**2 @ found.counts.T
        observed = (weights * 2 * (sizes * squares - sums**2) / (sizes - 1)).sum(axis=1)
        expected = 2 * (chosen.sum(axis=1) * (chosen * ranks**2).sum(axis=1) - (chosen * ranks).sum(axis=1) ** 2)
        return _alpha(observed, expected, chosen)

    return of


def _alpha(observed: Floats, expected: Floats, chosen: Floats) -> Floats:
    """nan where only one category was chosen: rounding must not make a difference out of none."""
    differs = (chosen > 0).sum(axis=1) > 1
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(differs & (expected > 0), 1 - observed * (chosen.sum(axis=1) - 1) / expected, np.nan)
