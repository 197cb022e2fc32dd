"""Whether experts who decided alike answered a sample's questions so differently that a lead should look at it."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.curation.agreement import alike


def over_questions(answers: Sequence[Mapping[str, Any]], least_alike: float) -> bool:
    """True where the answers are less alike than the dataset's plan asks for; zero asks for nothing."""
    return bool(least_alike) and alike(answers) < least_alike
