"""Runs: the list, starting and stopping, and one run's page while it works and after."""

import pytest
from sqlalchemy import select

from app.models import Job, JobState, Run
from tests import factories
from tests.factories_runs import make_run, make_verdict


@pytest.fixture
def path(dataset) -> str:
    return f"/datasets/{dataset.id}/runs"


@pytest.fixture
def corpus(session, dataset):
    return factories.make_corpus(session, dataset)


def test_who_may_see_and_start(session, path, corpus, alice, lena, bob, charlie, wakes):
    factories.make_samples(session, corpus)
    assert [who.get(path).status_code for who in (alice, lena, bob, charlie)] == [200, 200, 403, 404]
    assert [who.post(path).status_code for who in (lena, bob, charlie)] == [403, 403, 404]
    started = alice.post(path)
    assert started.status_code == 303
    page = started.headers["location"]
    assert [who.get(page).status_code for who in (alice, lena, bob, charlie)] == [200, 200, 403, 404]
    assert [who.post(f"{page}/stop").status_code for who in (lena, bob, charlie, alice)] == [403, 403, 404, 303]


def test_without_samples_a_run_is_refused_in_words(path, alice):
    answer = alice.post(path)
    assert answer.status_code == 409
    assert "Add a corpus first" in answer.text


def test_second_run_waits_for_the_first(session, path, corpus, alice):
    factories.make_samples(session, corpus)
    alice.post(path)
    assert alice.post(path).status_code == 409
    assert "Run recipe version" not in alice.get(path).text


def test_working_run_follows_itself_and_works_without_script(session, path, corpus, alice):
    factories.make_samples(session, corpus, 3)
    page = alice.post(path).headers["location"]
    whole, part = alice.get(page).text, alice.htmx(page).text
    for text in (whole, part):
        assert 'hx-trigger="every 2s"' in text
        assert "Measure every sample" in text
        assert "of 3 samples" in text
        assert "Look again" in text
    assert "<html" not in part


def test_finished_run_adds_up_and_asks_no_more(session, dataset, path, corpus, alice):
    samples = factories.make_samples(session, corpus, 4)
    run = make_run(session, dataset, samples=4, kept=2, dropped=2, duplicates=1)
    for sample in samples[:2]:
        make_verdict(session, run, sample)
    make_verdict(session, run, samples[2], failures=[("answer_too_short", "answer_words", 1, 5)])
    make_verdict(session, run, samples[3], duplicate_of=samples[0], similarity=0.9)
    page = alice.get(f"{path}/{run.id}").text
    assert "hx-trigger" not in page
    assert "Answer too short" in page
    assert f"/datasets/{dataset.id}/samples?why=answer_too_short" in page
    assert "Near-duplicate" in page
    assert f'<dt>near-duplicates</dt><dd><a href="/datasets/{dataset.id}/clusters">1</a></dd>' in page


def test_failed_run_says_why_and_offers_another(session, dataset, path, corpus, alice):
    factories.make_samples(session, corpus)
    run = make_run(session, dataset, state=JobState.FAILED)
    session.scalars(select(Job).where(Job.id == run.job_id)).one().error = "A piece ended its worker several times."
    page = alice.get(f"{path}/{run.id}").text
    assert "A piece ended its worker several times." in page
    assert "Run again" in page
    assert "hx-trigger" not in page


def test_stopped_run_says_what_is_kept(session, path, corpus, alice):
    factories.make_samples(session, corpus)
    page = alice.post(path).headers["location"]
    assert alice.post(f"{page}/stop").status_code == 303
    assert "Nothing was changed." in alice.get(page).text


def test_run_of_another_dataset_is_not_there(session, path, alice):
    other = make_run(session, factories.make_dataset(session))
    assert alice.get(f"{path}/{other.id}").status_code == 404


def test_list_asks_the_same_number_of_questions_for_one_and_for_many(session, dataset, path, alice, queries):
    make_run(session, dataset, samples=1, kept=1)
    alice.get(path)
    queries.clear()
    alice.get(path)
    one = len(queries)
    for _ in range(10):
        make_run(session, dataset, samples=1, kept=1)
    queries.clear()
    alice.get(path)
    assert len(queries) == one
    assert len(session.scalars(select(Run)).all()) == 11


def test_corpus_that_loses_far_more_than_the_others_is_told(session, dataset, path, alice):
    twice = factories.make_corpus(session, dataset, "Forum, read twice")
    run = make_run(session, dataset, samples=40, kept=30, dropped=10, duplicates=10)
    tally = {"samples": 20, "kept": 10, "dropped": 10, "duplicates": 10}
    run.details = {
        "rules": {},
        "corpora": {str(twice.id): tally, "999999": tally},
        "unusual": [str(twice.id), "999999"],
    }
    page = alice.get(f"{path}/{run.id}").text
    assert "Forum, read twice lost 50\u00a0% of its samples" in page
    assert f"samples?why=duplicate&amp;corpus={twice.id}" in page
    assert page.count("Other corpora lost far less") == 1
