"""In which order samples come to the experts' desks: by import, or by anything that is measured."""

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.curation.batch import Array
from app.curation.filter import filters


class Ordering(BaseModel):
    """Samples that a measure does not apply to come last."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measure: str = Field(
        "", title="Ordered by", description="A measure, such as quality_score or readability; empty: as imported."
    )
    highest_first: bool = Field(True, title="Highest first", description="Otherwise the lowest come first.")

    @field_validator("measure")
    @classmethod
    def _known(cls, value: str) -> str:
        known = [name for kind in filters().values() for name in kind.measures()]
        if value and value not in known:
            raise ValueError(f"there is no measure {value!r}; there are: {', '.join(sorted(known))}")
        return value

    def ranks(self, values: Array) -> Array:
        """Lower comes first."""
        return np.nan_to_num(-values if self.highest_first else values, nan=np.finfo(np.float64).max)
