"""What the latest run of a dataset applied: the recipe as filters and limits, read once for each text of a recipe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pydantic import ValidationError
from sqlalchemy import Text, bindparam, cast, select
from sqlalchemy.orm import Session

from app.curation.bounds import Limit
from app.curation.filter import Filter
from app.curation.measuring import measuring
from app.curation.recipe import Recipe
from app.models import RecipeVersion, Run

_LATEST = (
    select(Run.id, Run.set_id, cast(RecipeVersion.recipe, Text).label("recipe"))
    .join(RecipeVersion, RecipeVersion.id == Run.recipe_version_id)
    .where(Run.dataset_id == bindparam("dataset"), Run.published)
    .order_by(Run.id.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Recipes:
    """A recipe's limits, and every filter as it sets them."""

    limits: tuple[Limit, ...] = ()
    filters: Mapping[str, Filter] = field(default_factory=measuring)


@lru_cache(maxsize=64)
def _read(recipe: str) -> Recipes:
    """The same few are asked for with every sample. One that uses a filter that is gone counts as none."""
    try:
        found = Recipe.model_validate_json(recipe) if recipe else Recipe()
    except ValidationError:
        return Recipes()
    return Recipes(tuple(found.limits), measuring(found.filters))


@dataclass(frozen=True)
class Applied:
    """The run whose verdicts count, by its number, and what it applied; nothing where there was none."""

    run_id: int = 0
    set_id: int | None = None
    recipe: Recipes = field(default_factory=lambda: _read(""))


def latest(session: Session, dataset_id: int) -> Applied:
    """Of the run whose verdicts count."""
    found = session.execute(_LATEST, {"dataset": dataset_id}).first()
    return Applied(found.id, found.set_id, _read(found.recipe)) if found else Applied()
