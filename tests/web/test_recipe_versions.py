"""The recipe's versions: who saved what, what differs between two, and using an older one again."""

import pytest
from sqlalchemy import select

from app.curation.recipe import Recipe, packaged_recipes
from app.models import Job, JobKind, RecipeVersion
from app.services import recipes
from app.web.recipe_difference import Difference, differences
from tests import factories


@pytest.fixture
def path(dataset) -> str:
    return f"/datasets/{dataset.id}/recipe/versions"


@pytest.fixture
def second(session, dataset):
    """A second version, with one limit moved, one rule switched off and another threshold."""
    first = recipes.loaded(recipes.current(session, dataset))
    changed = first.model_dump(mode="json")
    changed["filters"]["length"]["min_answer_words"] = 25
    changed["filters"]["refusal"]["max_refusal"] = None
    changed["deduplication"]["minhash"]["threshold"] = 0.9
    return recipes.save(session, dataset, Recipe.model_validate(changed), None)


def test_who_may_see_and_use(session, path, second, alice, lena, bob, charlie):
    assert [who.get(path).status_code for who in (alice, lena, bob, charlie)] == [200, 200, 403, 404]
    assert [who.post(f"{path}/1/use").status_code for who in (lena, bob, charlie, alice)] == [403, 403, 404, 303]


def test_two_versions_stand_beside_one_another(path, second, lena):
    page = lena.get(f"{path}?before=1&after=2").text
    for words in ("From version 1 to version 2", "at least 25 words", "Stricter", "Looser", "80 %", "90 %"):
        assert words in page


@pytest.mark.parametrize("query", ["after=2", "before=9&after=2", "before=x&after=y", "after=1", "before=2&after=2"])
def test_odd_pairs_still_show_the_list(path, second, alice, query):
    page = alice.get(f"{path}?{query}")
    assert page.status_code == 200
    assert "Version 1" in page.text


def test_older_version_is_used_again_as_a_new_one(session, dataset, path, second, alice):
    first = recipes.versions(session, dataset.id)[-1].recipe
    assert alice.post(f"{path}/1/use").headers["location"] == path
    newest = recipes.current(session, dataset)
    assert (newest.version, newest.recipe) == (3, first)
    assert "Use again: version 2" in alice.get(path).text


def test_older_version_is_applied_at_once(session, dataset, path, second, alice, wakes):
    factories.make_samples(session, factories.make_corpus(session, dataset))
    assert "/runs/" in alice.post(f"{path}/1/use", data={"do": "run"}).headers["location"]
    assert session.scalar(select(Job.kind).order_by(Job.id.desc())) is JobKind.RUN


def test_version_that_does_not_exist_is_not_there(path, alice):
    assert alice.post(f"{path}/77/use").status_code == 404


def test_version_with_a_rule_that_is_gone_is_listed_and_cannot_be_used(session, dataset, path, alice):
    recipes.current(session, dataset)
    recipe = {"title": "", "filters": {"gone": {}}, "deduplication": {}}
    session.add(RecipeVersion(dataset_id=dataset.id, version=2, recipe=recipe))
    assert "does not have" in alice.get(path).text
    assert "cannot be compared" in alice.get(f"{path}?before=1&after=2").text
    assert alice.post(f"{path}/2/use").status_code == 409
    assert alice.get(f"/datasets/{dataset.id}/recipe").status_code == 200


def test_list_asks_the_same_number_of_questions_for_few_and_for_many(session, dataset, path, second, alice, queries):
    alice.get(path)
    queries.clear()
    alice.get(path)
    few = len(queries)
    for at in range(10):
        recipes.save(session, dataset, Recipe(title=str(at)), alice.user.id)
    alice.get(path)
    queries.clear()
    alice.get(path)
    assert len(queries) <= few + 1  # the authors, who are none at first


def test_every_built_in_recipe_differs_from_nothing_and_not_from_itself():
    for recipe in packaged_recipes().values():
        assert differences(recipe, recipe) == []
        added = differences(Recipe(), recipe)
        assert all(line.effect == "stricter" for line in added if line.before == "off")
        assert bool(added) == bool(recipe.filters or recipe.deduplication)


def test_difference_says_both_sides():
    def recipe(bound: float | None) -> Recipe:
        return Recipe.model_validate({"filters": {"length": {"max_answer_words": bound}}})

    assert differences(recipe(100), recipe(1000)) == [
        Difference("Length", "Answer length", "at most 100 words", "at most 1,000 words", "looser")
    ]
    assert differences(recipe(100), recipe(None))[0].after == "off"
