"""How often the stated bound of acceptance by sampling holds, in simulated strata: python -m benchmarks.acceptance [STRATA]

Each line draws that many strata of the same size and true quality, judges the sample of a plan in each, and counts in how
many the bound was not below the truth. "Peeking" stops at the first look at which the bound is good enough: what it would
cost to let a certificate count before the planned size.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.curation.acceptance import plan
from app.curation.exact_bounds import upper_bound
from app.curation.lots import drawn

SIZES = (60, 500, 3_000, 20_000, 1_000_000)
RATES = (0.0, 0.001, 0.005, 0.01, 0.02, 0.021, 0.05, 0.1, 0.3)
STRATA = 10_000


@dataclass(frozen=True)
class Covered:
    """`share` of the strata in which the bound was not below the truth; `passed` of them were accepted."""

    population: int
    size: int
    method: str
    rate: float
    confidence: float
    share: float
    passed: float


def covered(population: int, rate: float, confidence: float, allowed: int, strata: int, seed: int) -> Covered | None:
    """One line of the table; None where no plan exists."""
    chosen = plan(population, 0.02, confidence, allowed)
    if chosen is None:
        return None
    defective = round(rate * population)
    dice = np.random.default_rng(seed)
    found = dice.hypergeometric(defective, population - defective, chosen.size, strata)
    bounds = {int(n): upper_bound(int(n), chosen.size, population, confidence) for n in np.unique(found)}
    holds = np.array([bounds[int(n)].rate * population >= defective - 1e-6 for n in found])
    return Covered(
        population,
        chosen.size,
        chosen.method,
        defective / population,
        confidence,
        float(holds.mean()),
        float((found <= allowed).mean()),
    )


def table(strata: int = STRATA) -> Iterator[Covered]:
    """All sizes and true rates, for two confidences and two plans."""
    for confidence, allowed in ((0.95, 0), (0.95, 2), (0.9, 1)):
        for population in SIZES:
            for place, rate in enumerate(RATES):
                one = covered(population, rate, confidence, allowed, strata, seed=1_000 * population + place)
                if one is not None:
                    yield one


def by_groups(strata: int, seed: int = 7) -> float:
    """The same where the sample is drawn in proportion to groups of very different quality."""
    sizes, rates = (1_200, 500, 250, 45, 5), (0.005, 0.02, 0.05, 0.2, 1.0)
    groups = np.repeat(np.arange(len(sizes)), sizes)
    bad = np.concatenate([np.arange(size) < round(rate * size) for size, rate in zip(sizes, rates, strict=True)])
    bounds = [upper_bound(n, 234, len(groups), 0.95).most for n in range(235)]
    return float(
        np.mean([bounds[int(bad[drawn(234, groups, seed + one)].sum())] >= bad.sum() for one in range(strata)])
    )


def peeking(strata: int, seed: int = 11) -> float:
    """How often a stratum that is just too bad is accepted when every look counts, up to a thousand."""
    dice = np.random.default_rng(seed)
    enough = [_enough(defects) for defects in range(31)]
    found = np.cumsum(dice.random((strata, 1_000)) < 0.0201, axis=1)
    looks = np.arange(1, 1_001)
    needed = np.array([*enough, 10_000])[np.minimum(found, 31)]
    return float((looks >= needed).any(axis=1).mean())


def _enough(defects: int) -> int:
    chosen = plan(1_000_000, 0.02, 0.95, defects)
    assert chosen is not None
    return chosen.size


def main(strata: int) -> None:
    print(f"{'stratum':>9} {'judged':>7} {'method':>15} {'true rate':>10} {'stated':>7} {'holds':>7} {'passes':>7}")
    lines = list(table(strata))
    for one in lines:
        print(
            f"{one.population:>9,} {one.size:>7,} {one.method:>15} {one.rate:>10.2%} {one.confidence:>7.0%} "
            f"{one.share:>7.2%} {one.passed:>7.2%}"
        )
    worst = min(lines, key=lambda one: one.share - one.confidence)
    print(f"worst: {worst.share:.2%} where {worst.confidence:.0%} is stated, of {strata:,} strata each")
    print(f"drawn in proportion to groups: holds in {by_groups(min(strata, 10_000)):.2%}, stated 95 %")
    print(f"a stratum just too bad (2.01 %) is accepted in {peeking(min(strata, 10_000)):.2%} if every look counted")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else STRATA)
