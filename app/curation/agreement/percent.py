"""How often two people said the same, chance included."""

import numpy as np

from app.curation.agreement.answers import Answers, Floats, Patterns, patterns
from app.curation.agreement.estimates import RESAMPLES, Estimate, estimate


def percent_agreement(answers: Answers | Patterns, resamples: int = RESAMPLES, seed: int = 0) -> Estimate:
    """The share of pairs of answers to one unit that are the same, over all units."""
    found = patterns(answers)
    same = (found.counts * (found.counts - 1)).sum(axis=1)
    pairs = found.sizes * (found.sizes - 1)

    def of(weights: Floats) -> Floats:
        return np.asarray((weights @ same) / (weights @ pairs))

    return estimate(found.times, of, resamples, seed)


def specific_agreement(answers: Answers | Patterns, code: int) -> float | None:
    """When one person gave this answer: how often another did too (Cicchetti & Feinstein 1990). None if nobody did."""
    found = patterns(answers)
    given = found.counts[:, code]
    pairs = float(found.times @ (given * (found.sizes - 1)))
    return float(found.times @ (given * (given - 1))) / pairs if pairs else None
