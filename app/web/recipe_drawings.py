"""What stands beside a rule on the recipe's page: how its measure spreads, its limit, and a slider for the limit."""

from collections.abc import Mapping
from dataclasses import dataclass

from numpy import float64
from numpy.typing import NDArray

from app.curation.recipe import Recipe
from app.services import histograms
from app.services.histograms import Spread
from app.web.drawing import Histogram, histogram
from app.web.recipe_fields import Field

Found = Mapping[str, NDArray[float64]]


@dataclass(frozen=True)
class Slider:
    """Where a limit can be dragged to, as the drawing counts; the number is `shift` beyond the handle, times `scale`."""

    low: float
    high: float
    step: float
    value: float
    shift: float
    scale: int


@dataclass(frozen=True)
class Drawn:
    """A measure's histogram with the limit in the form and the one that is saved."""

    histogram: Histogram
    slider: Slider


def drawn(found: Found, one: Field, saved: float | None) -> Drawn | None:
    """None for a rule without a number, and before its measure was taken."""
    if one.rule is None or one.control == "switch":
        return None
    measure, side, bound = one.rule.measure, one.rule.side, one.bound
    # The axis does not follow the limit in the form: a handle that is dragged must not run away.
    spread = histograms.spread(found, measure, [known for known in (saved, one.usual_bound) if known is not None])
    if spread is None:
        return None
    at, before = (None if value is None else histograms.drawn_at(value, spread, side) for value in (bound, saved))
    ends = [measure.words(max(spread.edges[0], 0)), measure.words(_last(spread))]
    words = [*ends, *("" if value is None else measure.words(value) for value in (bound, saved))]
    shape = histogram(spread.edges, spread.counts, bound=at, old=before, side=side, words=words, title=measure.title)
    return None if shape is None else Drawn(shape, _slider(spread, one, at))


def _last(spread: Spread) -> float:
    """What the right end stands for: bins of single whole numbers reach half a step beyond theirs."""
    return spread.edges[-1] - 0.5 if spread.edges[0] == -0.5 else spread.edges[-1]


def saved_bounds(recipe: Recipe) -> dict[str, float]:
    """The limits of a recipe by the names of their controls."""
    return {
        f"filters.{key}.{name}": bound
        for key, one in recipe.filters.items()
        for name in one.rules()
        if (bound := getattr(one, name)) is not None
    }


def _slider(spread: Spread, one: Field, at: float | None) -> Slider:
    assert one.rule is not None
    low, high = spread.edges[0], spread.edges[-1]
    shift = 0.0 - histograms.drawn_at(0, spread, one.rule.side)
    value = high if at is None and one.rule.side == "max" else low if at is None else min(max(at, low), high)
    return Slider(low, high, one.rule.measure.step, value, shift, 100 if one.unit == "%" else 1)
