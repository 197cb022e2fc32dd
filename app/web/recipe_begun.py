"""Where the recipe's form begins: at the newest version, an older one, or a built-in recipe."""

from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.curation.recipe import Recipe, packaged_recipes
from app.models import Dataset
from app.services import recipes


@dataclass(frozen=True)
class Begun:
    """The recipe that stood in the form when it was opened; `note` says which where it is not the newest version."""

    recipe: Recipe
    start: str = ""
    version: str = ""
    note: str = ""

    @classmethod
    def at(cls, session: Session, dataset: Dataset, start: str, version: str) -> "Begun":
        """What the address asks for; the newest version where that cannot be had."""
        packaged = packaged_recipes()
        if start in packaged:
            title = packaged[start].title or start
            note = f"This is the built-in recipe “{title}”. Nothing is saved until you save it."
            return cls(packaged[start], start=start, note=note)
        newest, all_versions = recipes.current(session, dataset), recipes.versions(session, dataset.id)
        older = next((one for one in all_versions if str(one.version) == version), newest)
        is_newest = older.version == newest.version
        try:
            recipe = recipes.loaded(older)
        except ValidationError:
            gone = (
                f"Version {older.version} uses a rule that this installation does not have, so its rules are not shown."
            )
            return cls(Recipe(), note=gone)
        note = "" if is_newest else f"This is version {older.version}. Save it to make it the newest again."
        return cls(recipe, version="" if is_newest else version, note=note)
