"""What a number means, and which side of a bound is wrong: measures, rules and their wording."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

from pydantic import Field, PlainSerializer
from pydantic.fields import FieldInfo

from app.messages import amount, known, say

Kind: TypeAlias = Literal["count", "share", "score", "flag", "label"]
Side: TypeAlias = Literal["min", "max"]
Bound: TypeAlias = Annotated[float, Field(allow_inf_nan=False), PlainSerializer(lambda value: _plain(value))] | None
"""A rule's threshold; None turns the rule off. Whole numbers are written without a point."""


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value


@dataclass(frozen=True, slots=True)
class Measure:
    """A number per sample. `name` is unique over all filters; a share runs from 0 to 1, a flag is 0 or 1.

    A label is a place in `labels`; no rule can be put on it.
    """

    name: str
    title: str
    unit: str = ""
    kind: Kind = "count"
    labels: tuple[str, ...] = field(default=(), repr=False)

    @property
    def step(self) -> float:
        """By how much a person moves a bound on this measure."""
        return 0.01 if self.kind in {"share", "score"} else 1.0

    def words(self, value: float) -> str:
        """The value as a person says it: ``1 word``, ``12.5 %``, ``0.83``."""
        if self.kind == "label":
            return self.labels[int(value)]
        if self.kind == "share":
            return say("%(number)s %%", number=float(f"{value * 100:.4g}"))
        return amount(value, self.unit.removesuffix("s"), self.unit)


@dataclass(frozen=True, slots=True)
class Rule:
    """A measure with a side. `reason` is its code, unique over all filters, stored and counted with every verdict."""

    measure: Measure
    side: Side
    reason: str
    help: str = ""

    @property
    def title(self) -> str:
        """The reason in plain words: ``answer_too_short`` reads "Answer too short"."""
        return known(self.reason.replace("_", " ").capitalize())

    def sentence(self, value: float, bound: float) -> str:
        """Why a sample fails: "3 words, needs 40"; a flag needs no numbers."""
        if self.measure.kind == "flag":
            return self.title
        parts = {"value": self.measure.words(value), "limit": self.measure.words(bound)}
        if self.side == "min":
            return say("%(value)s, needs %(limit)s", **parts)
        return say("%(value)s, at most %(limit)s", **parts)


class Limit(NamedTuple):
    """A rule that is switched on."""

    rule: Rule
    bound: float


def at_least(default: float | None, measure: Measure, reason: str, help: str = "") -> Any:
    """A filter field: samples whose measure lies below the bound fail for `reason`."""
    return _field(default, Rule(measure, "min", reason, help))


def at_most(default: float | None, measure: Measure, reason: str, help: str = "") -> Any:
    """A filter field: samples whose measure lies above the bound fail for `reason`."""
    return _field(default, Rule(measure, "max", reason, help))


def rule_of(field: FieldInfo) -> Rule | None:
    """The rule that a model field carries, None for a field that is not a bound."""
    return next((item for item in field.metadata if isinstance(item, Rule)), None)


def _field(default: float | None, rule: Rule) -> Any:
    info: Any = Field(default=default)
    info.metadata.append(rule)
    return info
