"""All measures of a batch in one pass, and the names and fingerprints under which they can be stored."""

from collections.abc import Mapping

import numpy as np

from app.curation.batch import Array, Batch
from app.curation.bounds import Measure, Rule
from app.curation.conflicts import RULE as CONFLICTING
from app.curation.filter import Filter, filters


def measuring(chosen: Mapping[str, Filter] | None = None) -> dict[str, Filter]:
    """Every filter: as the recipe sets it, otherwise with its default settings."""
    return {key: (chosen or {}).get(key) or kind() for key, kind in filters().items()}


def measure(batch: Batch, using: Mapping[str, Filter]) -> dict[str, Array]:
    """Every measure by name. ValueError where a filter returns other names or lengths than it declares."""
    found: dict[str, Array] = {}
    for key, one in using.items():
        values = one.measured(batch)
        if values.keys() != one.measures().keys():
            raise ValueError(f"The filter {key} declares {sorted(one.measures())} but measures {sorted(values)}")
        found |= {name: _checked(key, name, values[name], len(batch)) for name in one.measures()}
    return found


def measure_names(using: Mapping[str, Filter] | None = None) -> list[str]:
    """The measures in the order in which arrays of them are stored."""
    return list(all_measures(using))


def all_measures(using: Mapping[str, Filter] | None = None) -> dict[str, Measure]:
    """What each measure means, by name."""
    return {name: found for one in (using or measuring()).values() for name, found in one.measures().items()}


def all_rules() -> dict[str, Rule]:
    """Every rule by reason, for wording stored verdicts: those of the filters, and that of conflicting answers."""
    rules = [rule for kind in filters().values() for rule in kind.rules().values()]
    return {rule.reason: rule for rule in [*rules, CONFLICTING]}


def fingerprints(using: Mapping[str, Filter]) -> dict[str, str]:
    """Per filter: stored measures hold as long as this stays the same."""
    return {key: one.fingerprint() for key, one in using.items()}


def _checked(key: str, name: str, values: Array, length: int) -> Array:
    if values.shape != (length,) or values.dtype != np.float64:
        raise ValueError(f"The filter {key} measures {name} as {values.dtype}{values.shape}, not float64({length},)")
    return values
