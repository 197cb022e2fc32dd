"""A dataset's recipe, version by version."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.recipe import Recipe, default_recipe
from app.curation.sample import Form
from app.models import Dataset, RecipeVersion, Run


def current(session: Session, dataset: Dataset) -> RecipeVersion:
    """The newest version; a dataset without one gets the default for its form as version 1."""
    newest = session.scalar(
        select(RecipeVersion)
        .where(RecipeVersion.dataset_id == dataset.id)
        .order_by(RecipeVersion.version.desc())
        .limit(1)
    )
    return newest or save(session, dataset, default_recipe(Form(dataset.form)), None)


def versions(session: Session, dataset_id: int) -> Sequence[RecipeVersion]:
    """All versions, newest first."""
    return session.scalars(
        select(RecipeVersion).where(RecipeVersion.dataset_id == dataset_id).order_by(RecipeVersion.version.desc())
    ).all()


def save(session: Session, dataset: Dataset, recipe: Recipe, by: int | None) -> RecipeVersion:
    """Save as the next version; a recipe that changes nothing makes no version."""
    session.execute(select(Dataset.id).where(Dataset.id == dataset.id).with_for_update())
    newest = session.scalar(
        select(RecipeVersion)
        .where(RecipeVersion.dataset_id == dataset.id)
        .order_by(RecipeVersion.version.desc())
        .limit(1)
    )
    dumped = recipe.model_dump(mode="json")
    if newest is not None and newest.recipe == dumped:
        return newest
    version = RecipeVersion(
        dataset_id=dataset.id, version=(newest.version if newest else 0) + 1, recipe=dumped, author_id=by
    )
    session.add(version)
    session.flush()
    session.refresh(version)
    return version


def loaded(version: RecipeVersion) -> Recipe:
    """The recipe of a version as an object."""
    return Recipe.model_validate(version.recipe)


def of_run(session: Session, run: Run) -> Recipe:
    """The recipe that a run applied."""
    return loaded(session.get_one(RecipeVersion, run.recipe_version_id))


def count(session: Session, dataset_id: int) -> int:
    """How many versions there are."""
    return session.scalar(select(func.count()).where(RecipeVersion.dataset_id == dataset_id)) or 0
