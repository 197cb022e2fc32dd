"""Cohen's kappa of two raters and Fleiss' of several."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.curation.agreement.answers import Answers, Floats, Ints, Patterns, patterns
from app.curation.agreement.estimates import RESAMPLES, Estimate, estimate

Weights = Literal["none", "linear", "quadratic"]


def cohen_kappa(
    answers: Answers, one: int, other: int, weights: Weights = "none", resamples: int = RESAMPLES, seed: int = 0
) -> Estimate:
    """Cohen's kappa (1960; weighted 1968) of two raters, on the units that both answered.

    Weights take the categories to lie in the order of their codes, one step apart. None where both gave one and the
    same answer only.
    """
    mine, theirs = _both(answers, one, other)
    cells = mine * answers.categories + theirs
    present, times = np.unique(cells, return_counts=True)

    def of(drawn: Floats) -> Floats:
        table = np.zeros((len(drawn), answers.categories**2))
        table[:, present] = drawn
        return kappas(table.reshape(-1, answers.categories, answers.categories), weights)

    return estimate(times.astype(np.int64), of, resamples, seed)


def kappas(tables: NDArray[np.floating] | Ints, weights: Weights = "none") -> Floats:
    """Cohen's kappa of each confusion table: the last two axes are the answers of the one and of the other rater."""
    penalty = _penalty(tables.shape[-1], weights)
    rows, columns = tables.sum(axis=-1), tables.sum(axis=-2)
    total = rows.sum(axis=-1)
    observed = (tables * penalty).sum(axis=(-1, -2))
    expected = ((rows @ penalty) * columns).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1 - observed * total / expected, np.nan)


def confusions(answers: Answers) -> tuple[Ints, Ints]:
    """Which raters there are, and for each two of them how often one said this and the other that.

    The table has four axes: one rater, other rater, the one's code, the other's. Its size is the square of raters times
    categories, not of units.
    """
    raters, rater = np.unique(answers.raters, return_inverse=True)
    order = np.argsort(answers.units)
    units, rater, codes = answers.units[order], rater[order], answers.codes[order]
    shape = (len(raters), len(raters), answers.categories, answers.categories)
    found = np.zeros(shape, np.int64)
    for step in range(1, len(units)):
        same = np.flatnonzero(units[step:] == units[:-step])
        if not len(same):
            break
        place = np.ravel_multi_index((rater[same], rater[same + step], codes[same], codes[same + step]), shape)
        found += np.bincount(place, minlength=found.size).reshape(shape)
    return raters, found + found.transpose(1, 0, 3, 2)


def fleiss_kappa(answers: Answers | Patterns, resamples: int = RESAMPLES, seed: int = 0) -> Estimate:
    """Fleiss' kappa (1971): raters need not be the same ones from unit to unit.

    Where units have unequal numbers of answers each unit weighs the same, and those with one answer are left out.
    """
    found = patterns(answers)
    sizes = found.sizes
    same = (found.counts * (found.counts - 1)).sum(axis=1) / np.maximum(sizes * (sizes - 1), 1)

    def of(weights: Floats) -> Floats:
        observed = (weights @ same) / weights.sum(axis=1)
        shares = (weights @ found.counts) / (weights @ sizes)[:, np.newaxis]
        chance = (shares**2).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(1 - chance > 1e-12, (observed - chance) / (1 - chance), np.nan)

    return estimate(found.times, of, resamples, seed)


def _penalty(categories: int, weights: Weights) -> Floats:
    apart = np.abs(np.subtract.outer(np.arange(categories), np.arange(categories))).astype(np.float64)
    return {"none": (apart > 0).astype(np.float64), "linear": apart, "quadratic": apart**2}[weights]


def _both(answers: Answers, one: int, other: int) -> tuple[Ints, Ints]:
    mine, theirs = answers.only(answers.raters == one), answers.only(answers.raters == other)
    _, first, second = np.intersect1d(mine.units, theirs.units, assume_unique=True, return_indices=True)
    return mine.codes[first], theirs.codes[second]
