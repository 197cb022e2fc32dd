"""In which order samples come to the experts' desks: by import, or by anything that is measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.curation.batch import Array
from app.curation.filter import filters


@dataclass(frozen=True)
class OneOf:
    """Marks a text field of which a form can name the choices; the empty text is one, too."""

    choices: Callable[[], Sequence[str]]


def orders() -> list[str]:
    """Every measure that can order samples."""
    known = {name: one for kind in filters().values() for name, one in kind.measures().items()}
    return sorted(name for name, one in known.items() if one.kind != "label")


class Ordering(BaseModel):
    """Samples that a measure does not apply to come last."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measure: Annotated[str, OneOf(orders)] = Field(
        "", title="Ordered by", description="Which of what was measured; none: in the order of import."
    )
    highest_first: bool = Field(True, title="Highest first", description="Otherwise the lowest come first.")

    @field_validator("measure")
    @classmethod
    def _known(cls, value: str) -> str:
        if value and value not in orders():
            raise ValueError(f"there is no measure {value!r} to order by; there are: {', '.join(orders())}")
        return value

    def ranks(self, values: Array) -> Array:
        """Lower comes first."""
        return np.nan_to_num(-values if self.highest_first else values, nan=np.finfo(np.float64).max)
