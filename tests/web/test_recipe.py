"""The recipe's page: the form, what it refuses, its versions."""

import pytest
from sqlalchemy import select

from app.curation.measuring import measure_names
from app.curation.recipe import Recipe, packaged_recipes
from app.models import Job, JobKind, Measured, MeasureSet, RecipeVersion
from app.services import recipes
from app.web import recipe_form
from tests import factories
from tests.factories_runs import make_run


def filled_in(recipe: Recipe) -> dict:
    """What a browser sends for this recipe's form, untouched."""
    rules, copies = recipe_form.shown(recipe)
    data: dict = {"on": [], "title": recipe.title}
    for part in [*rules, *copies]:
        if part.is_on:
            data["on"].append(part.name)
        for one in [*part.limits, *part.settings]:
            if (one.rule and one.is_on) or (one.control == "check" and one.text == "on"):
                data["on"].append(one.name)
            if one.control in {"number", "choice", "words"}:
                data[one.name] = one.text
    return data


def measured(session, dataset, samples, **measures):
    """A published run whose samples have the given measures; the others do not apply."""
    run = make_run(session, dataset, samples=len(samples), kept=len(samples))
    names = measure_names()
    stored = factories._added(session, MeasureSet(fingerprint=f"test {dataset.id}", names=names))
    run.set_id = stored.id
    for at, sample in enumerate(samples):
        values = [float(measures[name][at]) if name in measures else float("nan") for name in names]
        session.add(Measured(sample_id=sample.id, set_id=stored.id, values=values))
    session.flush()
    return run


@pytest.mark.parametrize("name", list(packaged_recipes()))
def test_form_gives_back_the_recipe_that_it_shows(name):
    recipe = packaged_recipes()[name]
    data = filled_in(recipe)
    assert recipe_form.read(data, set(data["on"]), recipe.title) == recipe


def test_who_may_see_and_save(session, dataset, alice, lena, bob, charlie):
    path, data = f"/datasets/{dataset.id}/recipe", filled_in(recipes.loaded(recipes.current(session, dataset)))
    assert [who.get(path).status_code for who in (alice, lena, bob, charlie)] == [200, 200, 403, 404]
    assert [who.post(path, data=data).status_code for who in (alice, lena, bob, charlie)] == [303, 403, 403, 404]


def test_every_filter_and_deduplicator_is_in_the_form(dataset, alice):
    from app.curation.deduplicator import deduplicators
    from app.curation.filter import filters

    page = alice.get(f"/datasets/{dataset.id}/recipe").text
    for kind in filters().values():
        for name in kind.rules():
            assert f'value="filters.{kind.key()}.{name}"' in page
    for key in deduplicators():
        assert f'value="deduplication.{key}"' in page


def test_moved_limit_makes_a_version_that_says_what_changed(session, dataset, alice):
    data = filled_in(recipes.loaded(recipes.current(session, dataset)))
    data["on"].append("filters.length.min_answer_words")
    data["filters.length.min_answer_words"] = "25"
    assert alice.post(f"/datasets/{dataset.id}/recipe", data=data).headers["location"].endswith("/recipe")
    newest = recipes.current(session, dataset)
    assert newest.version == 2
    assert newest.recipe["filters"]["length"]["min_answer_words"] == 25
    page = alice.get(f"/datasets/{dataset.id}/recipe").text
    assert "Answer too short: switched on, at least 25 words" in page
    assert ", Alice" in page


def test_nothing_changed_makes_no_version(session, dataset, alice):
    data = filled_in(recipes.loaded(recipes.current(session, dataset)))
    alice.post(f"/datasets/{dataset.id}/recipe", data=data)
    assert recipes.current(session, dataset).version == 1


@pytest.mark.parametrize("typed", ["", "many", "1e400", "NaN", "٣", "1,2,3,"])
def test_unreadable_limit_is_refused_beside_its_field(session, dataset, alice, typed):
    data = filled_in(recipes.loaded(recipes.current(session, dataset)))
    data["on"].append("filters.length.min_answer_words")
    data["filters.length.min_answer_words"] = typed
    answer = alice.post(f"/datasets/{dataset.id}/recipe", data=data)
    assert answer.status_code == 422
    assert "filters.length.min_answer_words-error" in answer.text
    assert recipes.current(session, dataset).version == 1


def test_setting_out_of_range_is_refused_beside_its_field(session, dataset, alice):
    data = filled_in(recipes.loaded(recipes.current(session, dataset)))
    data["deduplication.minhash.threshold"] = "12"
    answer = alice.post(f"/datasets/{dataset.id}/recipe", data=data)
    assert answer.status_code == 422
    assert "deduplication.minhash.threshold-error" in answer.text


def test_percent_is_stored_as_a_share(session, dataset, alice):
    data = filled_in(recipes.loaded(recipes.current(session, dataset)))
    data["deduplication.minhash.threshold"] = "72,5"
    assert alice.post(f"/datasets/{dataset.id}/recipe", data=data).status_code == 303
    assert recipes.current(session, dataset).recipe["deduplication"]["minhash"]["threshold"] == 0.725


def test_built_in_recipe_fills_the_form_and_saves_nothing(session, dataset, alice):
    page = alice.get(f"/datasets/{dataset.id}/recipe?start=documents").text
    assert "Nothing is saved until you save it" in page
    assert recipes.current(session, dataset).version == 1
    assert alice.get(f"/datasets/{dataset.id}/recipe?start=nonsense&version=77").status_code == 200


def test_measures_are_drawn_with_their_limit_once_a_run_has_measured(session, dataset, alice):
    samples = factories.make_samples(session, factories.make_corpus(session, dataset), 30)
    measured(session, dataset, samples, answer_characters=range(30), prompt_words=[7] * 30)
    page = alice.get(f"/datasets/{dataset.id}/recipe").text
    assert 'aria-label="Answer length, from 0 characters to' in page
    assert "The limit is at least 1 character." in page
    assert 'class="bar out"' in page


def test_save_and_run_starts_a_run(session, dataset, alice, wakes):
    factories.make_samples(session, factories.make_corpus(session, dataset))
    data = filled_in(recipes.loaded(recipes.current(session, dataset))) | {"do": "run"}
    answer = alice.post(f"/datasets/{dataset.id}/recipe", data=data)
    assert "/runs/" in answer.headers["location"]
    assert session.scalar(select(Job.kind).order_by(Job.id.desc())) is JobKind.RUN
    assert alice.get(answer.headers["location"]).status_code == 200


def test_version_with_a_rule_that_is_gone_is_still_listed(session, dataset, alice):
    recipes.current(session, dataset)
    session.add(
        RecipeVersion(
            dataset_id=dataset.id, version=2, recipe={"title": "", "filters": {"gone": {}}, "deduplication": {}}
        )
    )
    page = alice.get(f"/datasets/{dataset.id}/recipe")
    assert page.status_code == 200
    assert "does not have" in page.text
