"""What a change to the recipe would do, on the recipe's page, before anything is saved."""

import re

import pytest

from app.models import Decision, SampleState
from app.services import recipes
from app.web.languages import language
from app.web.recipe_preview import MOST_ROWS, Change, _group
from tests import factories
from tests.factories_whole_runs import whole_run
from tests.web.test_recipe import filled_in

LIMIT = "filters.length.min_answer_words"


@pytest.fixture
def path(dataset) -> str:
    return f"/datasets/{dataset.id}/recipe/preview"


@pytest.fixture
def samples(session, dataset):
    """Five answers of one to five words in one corpus, and a long one in another."""
    first, second = (factories.make_corpus(session, dataset, name) for name in ("Leaflets", "Forum"))
    short = [{"prompt": f"What is step {n}?", "response": " ".join(["Wash", "hands", "with", "warm", "soap"][:n]) + "."}
             for n in range(1, 6)]  # fmt: skip
    long = {"prompt": "And then?", "response": "Dry them with a clean towel, and do not touch the tap again after it."}
    return [*factories.make_samples(session, first, short), *factories.make_samples(session, second, [long])]


@pytest.fixture
def run(session, dataset, samples):
    return whole_run(session, dataset)


def draft(session, dataset, words: str = "4") -> dict:
    data = filled_in(recipes.loaded(recipes.current(session, dataset)))
    return data | {"on": [*data["on"], LIMIT], LIMIT: words}


def test_who_may_look(session, dataset, path, run, alice, lena, bob, charlie):
    data = draft(session, dataset)
    assert [who.post(path, data=data).status_code for who in (alice, lena, bob, charlie)] == [200, 200, 403, 404]


def test_moved_limit_says_what_would_be_kept_before_anything_is_saved(session, dataset, path, run, alice):
    answer = alice.htmx(path, "POST", data=draft(session, dataset)).text
    assert "<html" not in answer
    assert re.search(r"Kept</dt><dd>3 <small>was 6", answer)
    assert "−3" in answer
    assert "0 in, 3 out" in answer
    assert "Newly dropped" in answer
    assert "1 word, needs 4 words" in answer
    assert "What is step 1?" in answer
    assert "Leaflets" in answer
    assert recipes.current(session, dataset).version == 1


def test_each_rule_says_how_many_would_fail(session, dataset, path, run, alice):
    answer = alice.htmx(path, "POST", data=draft(session, dataset)).text
    rule = re.search(r'<p class="drops" id="fails-answer_too_short".*?</p>', answer)[0]
    assert ">3<" in rule
    assert "was 0" in rule


def test_nothing_moved_changes_nothing(session, dataset, path, run, alice):
    data = filled_in(recipes.loaded(recipes.current(session, dataset)))
    assert "the same samples would be kept" in alice.htmx(path, "POST", data=data).text


def test_newly_kept_samples_are_shown_with_the_limit_that_held_them(session, dataset, path, samples, alice):
    recipes.save(session, dataset, recipes.loaded(recipes.current(session, dataset)).model_copy(update={
        "filters": {"length": {"min_answer_words": 4}}}), None)  # fmt: skip
    session.flush()
    whole_run(session, dataset)
    answer = alice.htmx(path, "POST", data=draft(session, dataset, "2")).text
    assert "Newly kept" in answer
    assert "3 words, needs 4 words" in answer


def test_decisions_of_experts_tell_whether_the_rule_is_right(session, dataset, path, samples, alice):
    expert = factories.make_user(session)
    for sample in samples[:2]:
        sample.state = SampleState.APPROVED
        factories.make_review(session, sample, expert, Decision.APPROVE)
    whole_run(session, dataset)
    answer = alice.htmx(path, "POST", data=draft(session, dataset)).text
    assert '<b class="num">2</b> of 2 would be dropped by these rules' in answer


def test_whole_page_without_script(session, dataset, path, run, alice):
    page = alice.post(path, data=draft(session, dataset)).text
    assert "<html" in page
    assert "Newly dropped" in page
    assert "Nothing is saved until you save it" in page
    assert f'name="{LIMIT}" inputmode="decimal" autocomplete="off" value="4"' in page


def test_half_typed_number_is_no_error_yet(session, dataset, path, run, alice):
    data = draft(session, dataset, "")
    part = alice.htmx(path, "POST", data=data)
    assert part.status_code == 200
    assert "Answer length cannot be read" in part.text
    assert alice.post(path, data=data).status_code == 422


def test_setting_that_needs_another_measuring_says_so(session, dataset, path, run, alice):
    data = draft(session, dataset) | {"filters.language.languages": "de"}
    assert "can only be tried by a run" in alice.htmx(path, "POST", data=data).text


def test_before_the_first_run_nothing_is_asked(session, dataset, path, samples, alice):
    assert "hx-post" not in alice.get(f"/datasets/{dataset.id}/recipe").text
    assert "Run the recipe once" in alice.post(path, data=draft(session, dataset)).text


def test_page_asks_at_once_so_that_the_first_moved_limit_is_answered_soon(session, dataset, path, run, alice):
    assert 'hx-trigger="load, input' in alice.get(f"/datasets/{dataset.id}/recipe").text
    assert 'hx-trigger="input' in alice.post(path, data=draft(session, dataset)).text


def test_number_of_questions_does_not_grow_with_examples(session, dataset, path, run, alice, queries):
    counts = []
    for words in ("4", "2", "5"):
        queries.clear()
        alice.htmx(path, "POST", data=draft(session, dataset, words))
        counts.append(len(queries))
    assert counts[1] == counts[2] <= 30


def test_groups_that_change_most_come_first_and_too_many_are_counted():
    tallies = {str(n): {"samples": 10, "kept": n % 10, "dropped": 0, "duplicates": 0} for n in range(20)}
    group = _group("Corpus", {}, {}, tallies | {"9": {"samples": 10, "kept": 3, "dropped": 7, "duplicates": 0}})
    assert len(group.rows) == MOST_ROWS
    assert group.others == 8
    assert Change("x", 10, 7, 3).change == -4


@pytest.mark.parametrize(("code", "name"), [("en", "English"), ("no", "Norwegian"), ("xx", "xx"), ("", "not certain")])
def test_languages_have_names(code, name):
    assert language(code) == name
