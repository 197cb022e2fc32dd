"""A filter: a module in `filters/` that turns a batch into measures and says which bounds a recipe may put on them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from typing import ClassVar, NamedTuple, TypeAlias

import orjson
from pydantic import BaseModel, ConfigDict

from app.curation.batch import Array, Batch, Content
from app.curation.bounds import Limit, Measure, Rule, rule_of
from app.curation.registry import plugins
from app.curation.sample import Path


class Span(NamedTuple):
    """Characters `start` to `end` of the turn at `path`."""

    path: Path
    start: int
    end: int


Spans: TypeAlias = dict[str, list[Span]]
"""The words that make a rule fire, by the rule's reason."""


class Filter(BaseModel, ABC):
    """Fields made with `at_least` and `at_most` are bounds; any other field is a setting that changes the measure.

    The measures never depend on the bounds, so moving a bound needs no second pass over the text.
    Raise `version` whenever the same text would measure differently.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    version: ClassVar[int] = 1
    plain: ClassVar[tuple[Measure, ...]] = ()
    """Measures that no rule of this filter looks at."""

    @abstractmethod
    def measure(self, batch: Batch) -> dict[str, Array]:
        """One number per sample for every declared measure; NaN where it does not apply."""

    def measured(self, batch: Batch) -> dict[str, Array]:
        """`measure`, once per batch however many ask for it."""
        key = self.fingerprint()
        if key not in batch.measured:
            batch.measured[key] = self.measure(batch)
        return batch.measured[key]

    def spans(self, sample: Content) -> Spans:
        """Which words a rule looks at, for marking them on a page; whether it drops the sample is the bound's matter."""
        return {}

    @classmethod
    def key(cls) -> str:
        """The filter's name in recipes and addresses: its module's."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    @cache
    def rules(cls) -> Mapping[str, Rule]:
        """The rules by field, in the order they are written."""
        found = {name: rule_of(field) for name, field in cls.model_fields.items()}
        return {name: rule for name, rule in found.items() if rule}

    @classmethod
    def measures(cls) -> dict[str, Measure]:
        """The declared measures by name, each once."""
        return {measure.name: measure for measure in [*(rule.measure for rule in cls.rules().values()), *cls.plain]}

    def limits(self) -> list[Limit]:
        """The rules that are switched on, with their bounds."""
        bounds = ((rule, getattr(self, name)) for name, rule in self.rules().items())
        return [Limit(rule, bound) for rule, bound in bounds if bound is not None]

    def fingerprint(self) -> str:
        """Changes when stored measures no longer hold: with the version or a setting, never with a bound."""
        settings = self.model_dump(mode="json", exclude=set(self.rules()))
        measures = sorted(self.measures())
        state = orjson.dumps([self.key(), self.version, settings, measures], option=orjson.OPT_SORT_KEYS)
        return blake2b(state, digest_size=8).hexdigest()


@cache
def filters() -> dict[str, type[Filter]]:
    """Every filter by key. LookupError where two of them share a measure or a reason."""
    import app.curation.filters as package

    found: dict[str, type[Filter]] = plugins(package, Filter)  # type: ignore[type-abstract]
    _refuse_twins(found)
    return found


def _refuse_twins(found: dict[str, type[Filter]]) -> None:
    owners: dict[str, str] = {}
    for key, kind in found.items():
        for name in [*kind.measures(), *(f"reason {rule.reason}" for rule in kind.rules().values())]:
            if owners.setdefault(name, key) != key:
                raise LookupError(f"The filters {owners[name]} and {key} both declare {name}")
