"""The measures that the filters of today take under a recipe, and the number under which they are stored."""

from dataclasses import dataclass
from hashlib import sha256

import orjson
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.curation.filter import Filter
from app.curation.measuring import fingerprints, measure_names, measuring
from app.curation.recipe import Recipe
from app.models import MeasureSet


@dataclass(frozen=True)
class MeasuredSet:
    """A set of stored measures with the recipe whose filters take them."""

    set_id: int
    names: list[str]
    recipe: Recipe
    filters: dict[str, Filter]

    @classmethod
    def of(cls, session: Session, recipe: Recipe) -> "MeasuredSet":
        """The set of measures under this recipe; stored at its first use."""
        using = measuring(recipe.filters)
        fingerprint = sha256(orjson.dumps(fingerprints(using), option=orjson.OPT_SORT_KEYS)).hexdigest()
        session.execute(
            upsert(MeasureSet).values(fingerprint=fingerprint, names=measure_names(using)).on_conflict_do_nothing()
        )
        stored = session.scalars(select(MeasureSet).where(MeasureSet.fingerprint == fingerprint)).one()
        return cls(stored.id, stored.names, recipe, using)

    @classmethod
    def load(cls, stored: MeasureSet, recipe: Recipe) -> "MeasuredSet":
        """The set that a run was started with."""
        return cls(stored.id, stored.names, recipe, measuring(recipe.filters))
