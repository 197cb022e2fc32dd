"""Which of several near-duplicates stays: a recipe's preferences, the first of them that tells two samples apart decides."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np

from app.curation.batch import Array

Preference: TypeAlias = Literal["approved", "trusted", "quality", "longest", "newest", "licence"]
"""Approved by experts; from a trusted corpus; of the best quality score; with the most text; read last; with a licence."""

MEASURES: dict[Preference, str] = {"quality": "quality_score", "longest": "text_characters"}
"""Preferences that are measures; the others are known to whoever keeps the samples."""


def priority(order: Sequence[str], keys: Mapping[str, Array]) -> Array:
    """Higher for what should rather stay, equal where no preference tells samples apart; keys[name] is higher for better.

    A missing value (NaN) is the worst.
    """
    columns = np.stack([np.nan_to_num(keys[name], nan=-np.inf) for name in order])
    places = np.lexsort(columns[::-1])
    ordered = columns[:, places]
    steps = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    found = np.zeros(len(places))
    found[places[1:]] = np.cumsum(steps)
    return found
