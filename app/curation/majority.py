"""What several reviewers said together, in the two senses that releases use; `app.services.agreed` says it in SQL."""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import TypeVar

Answer = TypeVar("Answer", bound=Hashable)


def agreed(answers: Sequence[Answer]) -> Answer | None:
    """The answer that more than half of them gave."""
    for best, many in Counter(answers).most_common(1):
        return best if 2 * many > len(answers) else None
    return None


def agreement(decisions: Sequence[Hashable]) -> float | None:
    """The share of them that gave the commonest decision; None where there is none."""
    return max(Counter(decisions).values()) / len(decisions) if decisions else None
