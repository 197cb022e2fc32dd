"""Acceptance by sampling, drawn: which strata pass a plan, and how far a bound lies from what is tolerated."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.curation.acceptance import Plan
from app.services.certificates import percent as rounded_up
from app.web.drawing import WIDTH
from app.web.rendering import FILTERS
from app.web.wording import SPACE, percent

HIGH = 120.0
STEPS = 60
TOLD = (0.25, 0.5, 1.0)
"""Shares of the tolerable rate at which the chance to pass is said in words."""


def at_most(rate: float) -> str:
    """A bound in percent with one decimal, rounded up: 1.8 %."""
    return f"{rounded_up(rate):g}{SPACE}%"


FILTERS["at_most"] = at_most


@dataclass(frozen=True)
class Row:
    """A plan, its curve as an SVG path, and its chances at the rates of `TOLD` in words."""

    plan: Plan
    path: str
    chances: list[str]


@dataclass(frozen=True)
class Curves:
    """All plans in one drawing; `chosen` is the number of the one that is meant, `tolerable_x` the line it must fall by."""

    rows: list[Row]
    chosen: Row | None
    rates: list[str]
    tolerable_x: float
    last: str
    label: str


def curves(plans: Sequence[Plan], allowed: int) -> Curves | None:
    """None where no plan can keep the promise."""
    if not plans:
        return None
    tolerable = plans[0].tolerable
    end = min(2 * tolerable, 1.0)
    rows = [_row(one, end) for one in plans]
    chosen = next((row for row in rows if row.plan.allowed == allowed), None)
    rates = [_rate(share * tolerable) for share in TOLD]
    return Curves(rows, chosen, rates, round(tolerable / end * WIDTH, 1), _rate(end), _label(chosen or rows[0], rates))


def _row(plan: Plan, end: float) -> Row:
    # Of a small group only whole samples can have a defect: between two such rates there is nothing to draw.
    most = max(round(end * plan.population), 1)
    rates = [number / plan.population for number in range(0, most + 1, max(1, most // STEPS))]
    points = [
        f"{rate / end * WIDTH:.1f} {(1 - chance) * (HIGH - 4) + 2:.1f}"
        for rate, chance in zip(rates, plan.curve(rates), strict=True)
    ]
    told = [percent(plan.chance(share * plan.tolerable)) for share in TOLD]
    return Row(plan, "M" + "L".join(points), told)


def _label(row: Row, rates: Sequence[str]) -> str:
    said = ", ".join(f"with {rate} {chance}" for rate, chance in zip(rates, row.chances, strict=True))
    return (
        f"Chance that a group of samples is accepted, by how many of its samples have a defect. With "
        f"{row.plan.allowed} defects allowed among {row.plan.size:,} judged: {said}."
    )


def _rate(rate: float) -> str:
    return f"{100 * rate:.3g}{SPACE}%"


@dataclass(frozen=True)
class Margin:
    """The share found, the bound on it, and what is tolerated, on one line that is 320 wide."""

    found_x: float
    bound_x: float
    tolerable_x: float
    last: str
    label: str
    is_within: bool


def margin(found: float, bound: float, tolerable: float) -> Margin:
    """The line ends at twice the tolerable rate; what lies beyond is drawn at its end."""
    end = min(max(2 * tolerable, 0.001), 1.0)
    found_x, bound_x, limit = (round(min(rate / end, 1.0) * WIDTH, 1) for rate in (found, bound, tolerable))
    label = f"Found: {_rate(found)} with a defect. At most {at_most(bound)}. Tolerated: {_rate(tolerable)}."
    return Margin(found_x, bound_x, limit, _rate(end), label, bound <= tolerable + 1e-9)
