"""How far each rule can be trusted, as a table shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.curation.filter import filters
from app.services.trust import Trust
from app.web.recipe_fields import SIDES
from app.web.wording import SPACE, percent

WIDTH = 96


@dataclass(frozen=True)
class TrustLine:
    """One rule: `control` is its name in the recipe's form, `proposed` a bound in words, `put` what sets it there."""

    trust: Trust
    control: str
    title: str
    limit: str
    checked: int
    said: str
    proposed: str
    put: str

    @property
    def low_x(self) -> float:
        """Where the interval begins on a line that is 96 wide."""
        return round(self.trust.interval[0] * WIDTH, 1)

    @property
    def high_x(self) -> float:
        return round(self.trust.interval[1] * WIDTH, 1)

    @property
    def dot_x(self) -> float:
        return round(4 + (self.trust.precision or 0) * (WIDTH - 8), 1)


def lines(found: Sequence[Trust]) -> list[TrustLine]:
    """Rules that people spoke about first, the least trusted of them before the others; then by how often they fire."""
    controls = {
        rule.reason: f"filters.{key}.{name}" for key, kind in filters().items() for name, rule in kind.rules().items()
    }
    ordered = sorted(found, key=lambda one: (one.precision is None, one.precision or 0, -one.fired))
    return [_line(one, controls[one.limit.rule.reason]) for one in ordered]


def _line(one: Trust, control: str) -> TrustLine:
    rule, bound = one.limit
    measure, is_flag = rule.measure, rule.measure.kind == "flag"
    proposed = "" if one.proposed is None else f"{SIDES[rule.side]} {measure.words(one.proposed)}"
    return TrustLine(
        trust=one,
        control=control,
        title=rule.title,
        limit="" if is_flag else f"{measure.title}, {SIDES[rule.side]} {measure.words(bound)}",
        checked=one.rejected + one.approved + one.overruled,
        said=_said(one),
        proposed=proposed,
        put="" if one.proposed is None else f"{control}={one.proposed!r}",
    )


def _said(one: Trust) -> str:
    if one.precision is None:
        return ""
    low, high = (percent(end).removesuffix(f"{SPACE}%") for end in one.interval)
    return f"{percent(one.precision)} right, {low} to {high}{SPACE}% likely"
