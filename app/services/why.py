"""Why a sample was dropped, in words: every failing rule with its value and its limit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.curation.bounds import Rule
from app.curation.measuring import all_rules
from app.messages import known, say

DUPLICATE = "duplicate"
"""The reason under which a run files near-duplicates; it is no rule of a filter."""
CONTAMINATED = "contaminated"
"""The same for samples that hold an item of a benchmark."""


@dataclass(frozen=True)
class Reason:
    """One failing rule as a person reads it. `value` and `bound` are for the drawing."""

    code: str
    title: str
    sentence: str
    measure: str
    value: float
    bound: float
    side: str
    kind: str

    @property
    def needs_numbers(self) -> bool:
        """A flag says all in its title."""
        return self.kind != "flag"

    @property
    def scale(self) -> float:
        """The right end of the drawn line: 1 for shares, otherwise room beyond the greater of value and limit."""
        top = max(self.value, self.bound)
        return 1.0 if self.kind in {"share", "score"} and top <= 1 else max(top * 1.25, 1.0)


def title(code: str) -> str:
    """A reason in plain words, also one whose rule no longer exists."""
    if code == DUPLICATE:
        return say("Near-duplicate")
    if code == CONTAMINATED:
        return say("In a benchmark")
    rule = all_rules().get(code)
    return rule.title if rule else code.replace("_", " ").capitalize()


def in_words(failures: Iterable[Mapping[str, Any]]) -> list[Reason]:
    """Stored failures as a person reads them, in the recipe's order."""
    rules = all_rules()
    return [_reason(failure, rules.get(failure["rule"])) for failure in failures]


def _reason(failure: Mapping[str, Any], rule: Rule | None) -> Reason:
    code, value, bound = str(failure["rule"]), float(failure["value"]), float(failure["bound"])
    if rule is None:  # a plugin that was removed after the run
        return Reason(
            code,
            title(code),
            say("%(value)s, limit %(limit)s", value=value, limit=bound),
            str(failure["measure"]),
            value,
            bound,
            "max",
            "count",
        )
    return Reason(
        code,
        rule.title,
        rule.sentence(value, bound),
        known(rule.measure.title),
        value,
        bound,
        rule.side,
        rule.measure.kind,
    )
