"""Recipes: versions that are never changed, and none without a change."""

import pytest

from app import db
from app.curation.recipe import Recipe, default_recipe, packaged_recipes
from app.curation.sample import Form
from app.models import Dataset, DatasetForm, RecipeVersion
from app.services import recipes
from tests import factories
from tests.services.engine import hurry, make_dataset, together


@pytest.fixture(autouse=True)
def _engine(database: str) -> None:
    hurry()


def save(dataset_id: int, recipe: Recipe, by: int | None = None) -> RecipeVersion:
    with db.transaction() as session:
        return recipes.save(session, session.get_one(Dataset, dataset_id), recipe, by)


def current(dataset_id: int) -> RecipeVersion:
    with db.transaction() as session:
        return recipes.current(session, session.get_one(Dataset, dataset_id))


def bound(words: int) -> Recipe:
    return Recipe.model_validate({"filters": {"length": {"min_answer_words": words}}})


@pytest.mark.parametrize("form", list(DatasetForm))
def test_a_dataset_begins_with_the_default_of_its_form(form: DatasetForm) -> None:
    dataset_id = make_dataset(form=form)
    version = current(dataset_id)
    assert version.version == 1
    assert recipes.loaded(version) == default_recipe(Form(form))
    assert current(dataset_id).id == version.id


def test_a_change_is_the_next_version_and_the_old_one_stays() -> None:
    dataset_id = make_dataset()
    with db.transaction() as session:
        author = factories.make_user(session).id
    first, second = save(dataset_id, bound(3), author), save(dataset_id, bound(4), author)

    assert (first.version, second.version, second.author_id) == (1, 2, author)
    with db.transaction() as session:
        found = recipes.versions(session, dataset_id)
        assert [(one.version, one.recipe["filters"]["length"]["min_answer_words"]) for one in found] == [(2, 4), (1, 3)]
        assert recipes.count(session, dataset_id) == 2
    assert current(dataset_id).id == second.id


@pytest.mark.parametrize("name", sorted(packaged_recipes()))
def test_saving_what_is_there_makes_no_version(name: str) -> None:
    dataset_id = make_dataset()
    recipe = packaged_recipes()[name]
    first = save(dataset_id, recipe)
    assert save(dataset_id, recipes.loaded(first)).id == first.id
    assert save(dataset_id, bound(2)).version == 2
    assert save(dataset_id, recipe).version == 3


def test_versions_saved_at_once_have_numbers_of_their_own() -> None:
    dataset_id = make_dataset()
    found = together(*[lambda words=words: save(dataset_id, bound(words)).version for words in range(6)])
    assert sorted(found) == [1, 2, 3, 4, 5, 6]
