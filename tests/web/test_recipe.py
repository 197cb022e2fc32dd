"""The recipe's page: the form, what it refuses, its versions."""

from typing import get_args

import pytest
from sqlalchemy import select

from app.curation.preferences import Preference
from app.curation.recipe import Recipe, packaged_recipes
from app.models import Job, JobKind
from app.services import recipes
from app.web import recipe_form, rule_groups
from tests import factories
from tests.factories_runs import make_run, measured


def filled_in(recipe: Recipe) -> dict:
    """What a browser sends for this recipe's form, untouched."""
    data: dict = {"on": []}
    for part in recipe_form.shown(recipe).parts:
        if part.is_on:
            data["on"].append(part.name)
        for one in [*part.limits, *part.settings]:
            if (one.rule and one.is_on) or (one.control == "check" and one.text == "on"):
                data["on"].append(one.name)
            if one.control in {"number", "choice", "words"}:
                data[one.name] = one.text
    return data | {f"survivors.{place}": one for place, one in enumerate(recipe.survivors, 1)}


@pytest.mark.parametrize("name", list(packaged_recipes()))
def test_form_gives_back_the_recipe_that_it_shows(name):
    recipe = packaged_recipes()[name]
    data = filled_in(recipe)
    assert recipe_form.read(data, set(data["on"]), recipe) == recipe


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
    page = alice.get(f"/datasets/{dataset.id}/recipe/versions").text
    assert "Answer too short: switched on, at least 25 words" in page
    assert "Alice" in page


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
    assert "Enter 50 or more." in answer.text
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
    run = make_run(session, dataset, samples=len(samples), kept=len(samples))
    measured(session, run, samples, answer_characters=range(30), prompt_words=[7] * 30)
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


def test_filters_in_use_come_first_and_the_others_wait_in_groups(session, dataset, alice):
    page = alice.get(f"/datasets/{dataset.id}/recipe?start=documents").text
    used, more = page.split("More rules", 1)
    assert 'value="filters.length.min_text_words" checked' in used
    assert 'value="filters.refusal.max_refusal"' in more
    assert "Questions and answers" in more
    assert "filters.refusal" not in used


def test_every_filter_has_a_place_in_a_group():
    parts = recipe_form.shown(Recipe()).rules
    placed = [part.name for _, found in rule_groups.in_order(parts) for part in found]
    assert sorted(placed) == sorted(part.name for part in parts)


def test_button_switches_a_whole_filter_on_and_saves_nothing(session, dataset, alice, lena):
    data = filled_in(Recipe()) | {"use": "refusal"}
    for who in (alice, lena):
        page = who.post(f"/datasets/{dataset.id}/recipe/preview", data=data).text
        assert 'value="filters.refusal.max_refusal" checked' in page.split("More rules")[0]
        assert "Nothing is saved until you save it" in page
    assert recipes.current(session, dataset).version == 1


def test_address_puts_a_limit_into_the_form(session, dataset, lena):
    page = lena.get(f"/datasets/{dataset.id}/recipe?set=filters.length.min_answer_words=17.0").text
    assert 'value="filters.length.min_answer_words" checked' in page
    assert 'name="filters.length.min_answer_words" inputmode="decimal" autocomplete="off" value="17"' in page
    assert "Nothing is saved until you save it" in page
    share = lena.get(f"/datasets/{dataset.id}/recipe?set=filters.repetition.max_duplicate_line_share=0.25").text
    assert (
        'name="filters.repetition.max_duplicate_line_share" inputmode="decimal" autocomplete="off" value="25"' in share
    )


@pytest.mark.parametrize("wish", ["x", "filters.gone.max=1", "=", "filters.length.min_answer_words=many"])
def test_odd_wishes_change_nothing(dataset, alice, wish):
    page = alice.get(f"/datasets/{dataset.id}/recipe", params={"set": wish})
    assert page.status_code == 200
    assert 'value="filters.length.min_answer_words" checked' not in page.text


def test_filter_that_does_not_exist_is_not_switched_on(dataset, alice):
    answer = alice.post(f"/datasets/{dataset.id}/recipe/preview", data=filled_in(Recipe()) | {"use": "nonsense"})
    assert answer.status_code == 200
    assert "No rule is switched on" in answer.text


def test_preview_opened_by_hand_leads_to_the_recipe(dataset, alice):
    assert alice.get(f"/datasets/{dataset.id}/recipe/preview").headers["location"].endswith("/recipe")


def test_drawing_shows_who_would_change_sides(session, dataset, alice):
    samples = factories.make_samples(session, factories.make_corpus(session, dataset), 30)
    run = make_run(session, dataset, samples=len(samples), kept=len(samples))
    measured(session, run, samples, answer_words=range(30))
    name = "filters.length.min_answer_words"
    address = f"/datasets/{dataset.id}/recipe/drawing?rule={name}&{name}=12&on={name}"
    whole = alice.htmx(address).text
    assert 'class="bar loss"' in whole
    assert "saved: switched off" in whole
    assert 'type="range"' in whole
    assert 'type="range"' not in alice.htmx(f"{address}&part=bars").text
    assert alice.get(f"/datasets/{dataset.id}/recipe/drawing?rule=filters.gone.max").status_code == 404


def test_unused_rules_are_drawn_when_they_come_in_sight(session, dataset, alice):
    samples = factories.make_samples(session, factories.make_corpus(session, dataset), 30)
    run = make_run(session, dataset, samples=len(samples), kept=len(samples))
    measured(session, run, samples, answer_words=range(30))
    page = alice.get(f"/datasets/{dataset.id}/recipe").text
    assert f"/datasets/{dataset.id}/recipe/drawing?rule=filters.length.min_answer_words" in page
    assert 'aria-label="Answer length, from 0 words' not in page


def test_number_of_questions_does_not_grow_with_rules(session, dataset, alice, queries):
    samples = factories.make_samples(session, factories.make_corpus(session, dataset), 3)
    run = make_run(session, dataset, samples=len(samples), kept=len(samples))
    measured(session, run, samples, answer_words=range(3))
    counts = []
    for start in ("instruction", "none", "instruction"):
        queries.clear()
        alice.get(f"/datasets/{dataset.id}/recipe?start={start}")
        counts.append(len(queries))
    assert counts[1] == counts[2] <= 16


def test_section_of_a_recipe_is_in_the_form_and_saved(session, dataset, alice):
    data = filled_in(recipes.loaded(recipes.current(session, dataset)))
    data["decontamination.min_share"] = "45"
    data["on"].remove("decontamination.paraphrases")
    alice.post(f"/datasets/{dataset.id}/recipe", data=data)
    stored = recipes.current(session, dataset).recipe["decontamination"]
    assert (stored["min_share"], stored["paraphrases"]) == (0.45, False)


def test_what_has_no_control_comes_from_the_recipe_that_the_form_began_with(session, dataset, alice):
    data = filled_in(packaged_recipes()["documents"]) | {"start": "documents"}
    alice.post(f"/datasets/{dataset.id}/recipe", data=data)
    assert recipes.loaded(recipes.current(session, dataset)) == packaged_recipes()["documents"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("en, de", ["en", "de"]), ("en\r\nde\r\n", ["en", "de"]), ("a{1,2},b", ["a{1,2}", "b"]), (" ", [])],
)
def test_lists_are_typed_in_lines_or_with_commas(session, dataset, alice, typed, meant):
    data = filled_in(recipes.loaded(recipes.current(session, dataset)))
    data["filters.language.languages"] = typed
    alice.post(f"/datasets/{dataset.id}/recipe", data=data)
    assert recipes.current(session, dataset).recipe["filters"]["language"]["languages"] == meant


def test_form_says_how_surely_copies_are_found(dataset, alice):
    page = alice.get(f"/datasets/{dataset.id}/recipe").text
    assert "of pairs 85\u00a0% the same, over 99.9\u00a0% are found" in page
    address = f"/datasets/{dataset.id}/recipe/recall?part=deduplication.minhash"
    settings = (
        "&deduplication.minhash.view=pair&deduplication.minhash.shingle_words=5&deduplication.minhash.permutations=128"
    )
    part = alice.htmx(f"{address}{settings}&deduplication.minhash.threshold=90").text
    assert "of pairs 90" in part.lower()
    assert "<svg" not in alice.htmx(f"{address}{settings}&deduplication.minhash.threshold=many").text
    assert alice.get(f"/datasets/{dataset.id}/recipe/recall?part=deduplication.gone").status_code == 404


def test_preferences_among_copies_are_typed_in_order(session, dataset, alice):
    data = filled_in(recipes.loaded(recipes.current(session, dataset)))
    alice.post(
        f"/datasets/{dataset.id}/recipe",
        data=data | {"survivors.1": "longest", "survivors.2": "", "survivors.3": "quality", "survivors.4": "longest"},
    )
    assert recipes.loaded(recipes.current(session, dataset)).survivors == ("longest", "quality")
    page = alice.get(f"/datasets/{dataset.id}/recipe").text
    assert '<option value="longest" selected>' in page


def test_every_preference_has_words():
    assert set(recipe_form.PREFERENCES) == set(get_args(Preference))
