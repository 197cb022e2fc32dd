"""Acceptance by sampling: how many samples to judge so that a stratum may be accepted, and what that promises.

A plan is fixed before the first answer: judge so many, accept with at most so many defects. The bound may be watched on
the way, but it counts only when all are judged: who stops as soon as it looks good promises too much. To stop early
because there are too many defects is safe, since then nothing is promised.
"""

from dataclasses import dataclass
from math import floor

from app.curation.exact_bounds import Method, binomial_tail, hypergeometric_tail, method_for

MOST_ALLOWED = 50


@dataclass(frozen=True)
class Plan:
    """Judge `size` of `population`; accept with at most `allowed` defects. `size` is the smallest that keeps the promise."""

    population: int
    tolerable: float
    confidence: float
    allowed: int
    size: int

    @property
    def method(self) -> Method:
        return method_for(self.size, self.population)

    def chance(self, rate: float) -> float:
        """The chance that a stratum of this true quality passes: the plan's operating characteristic."""
        if self.method == "binomial":
            return binomial_tail(self.allowed, self.size, rate)
        return hypergeometric_tail(self.allowed, self.size, round(rate * self.population), self.population)

    def curve(self, rates: list[float]) -> list[float]:
        """The chances at several true rates."""
        return [self.chance(rate) for rate in rates]


def plan(population: int, tolerable: float, confidence: float, allowed: int) -> Plan | None:
    """The smallest sample for a promise; None where so many defects would break it even if all were judged."""
    if not _keeps(population, population, tolerable, confidence, allowed):
        return None
    low, high = allowed, population
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _keeps(middle, population, tolerable, confidence, allowed) else (middle, high)
    return Plan(population, tolerable, confidence, allowed, high)


def plans(population: int, tolerable: float, confidence: float, most_allowed: int = 5) -> list[Plan]:
    """The plans that allow 0, 1, 2 … defects: a larger sample lets more good strata pass."""
    made = (plan(population, tolerable, confidence, allowed) for allowed in range(most_allowed + 1))
    return [one for one in made if one is not None]


def _keeps(size: int, population: int, tolerable: float, confidence: float, allowed: int) -> bool:
    """Whether so few defects in a sample of this size would be unlikely enough if the stratum were just too bad."""
    if method_for(size, population) == "binomial":
        return binomial_tail(allowed, size, tolerable) <= 1 - confidence
    too_many = floor(tolerable * population + 1e-9) + 1
    return too_many <= population and hypergeometric_tail(allowed, size, too_many, population) <= 1 - confidence
