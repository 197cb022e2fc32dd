"""How many defects there can be at most, from those in a random sample: exact bounds, no approximation.

Clopper and Pearson (1934) for a stratum so large that it does not matter; the hypergeometric bound where the sample is
a fair part of it. Both are one-sided: the stated confidence is all on the side that hurts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, floor, fsum, lgamma, log, log1p
from typing import Literal

Method = Literal["binomial", "hypergeometric"]
SMALL = 20
"""A sample of at least one in so many of its stratum is a fair part of it."""


@dataclass(frozen=True)
class Bound:
    """At most `most` of the stratum, a share of `rate`, have a defect."""

    rate: float
    most: int
    method: Method


def method_for(judged: int, population: int) -> Method:
    """Which of the two bounds holds for a sample of this size."""
    return "hypergeometric" if judged * SMALL >= population else "binomial"


def upper_bound(defects: int, judged: int, population: int, confidence: float) -> Bound:
    """The bound on a stratum after so many of its samples, drawn at random, were judged. Nothing judged, nothing known."""
    method = method_for(judged, population)
    if not judged:
        return Bound(1.0, population, method)
    if method == "hypergeometric":
        most = _largest(
            lambda number: hypergeometric_tail(defects, judged, number, population) > 1 - confidence,
            defects,
            population - judged + defects,
        )
        return Bound(most / population if population else 0.0, most, method)
    rate = binomial_bound(defects, judged, confidence)
    return Bound(rate, min(floor(rate * population), population - judged + defects), method)


def binomial_bound(defects: int, judged: int, confidence: float) -> float:
    """Clopper and Pearson's upper end: the rate under which so few defects have just the chance that is left."""
    if defects >= judged:
        return 1.0
    low, high = defects / judged, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if binomial_tail(defects, judged, middle) > 1 - confidence else (low, middle)
    return high


def exact_interval(found: int, of: int, confidence: float = 0.95) -> tuple[float, float]:
    """Both ends of Clopper and Pearson's interval of a share. Nothing known is (0, 1)."""
    if not of:
        return 0.0, 1.0
    each = 1 - (1 - confidence) / 2
    return 1 - binomial_bound(of - found, of, each), binomial_bound(found, of, each)


def binomial_tail(defects: int, judged: int, rate: float) -> float:
    """The chance of at most so many defects among those judged, where each has one at this rate."""
    if rate <= 0 or defects >= judged:
        return 1.0
    if rate >= 1:
        return 0.0
    has, has_not = log(rate), log1p(-rate)
    terms = (_ways(judged, k) + k * has + (judged - k) * has_not for k in range(defects + 1))
    return min(fsum(map(exp, terms)), 1.0)


def hypergeometric_tail(defects: int, judged: int, defective: int, population: int) -> float:
    """The chance of at most so many defects among those judged, where so many of the population have one."""
    least, most = max(0, judged - population + defective), min(judged, defective)
    if defects >= most:
        return 1.0
    whole = _ways(population, judged)
    terms = (_ways(defective, k) + _ways(population - defective, judged - k) - whole for k in range(least, defects + 1))
    return min(fsum(map(exp, terms)), 1.0)


def _ways(of: int, chosen: int) -> float:
    """The logarithm of the number of ways to choose."""
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)


def _largest(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The largest number for which it holds; it holds for `low`, and once it does not, never again."""
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
