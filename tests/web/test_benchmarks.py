"""The pages of benchmarks: upload, report, what was found, and a person's verdict on suspects."""

import pytest

from app.models import Contamination, Suspect
from app.services import benchmarks, blobs
from app.web.wording import percent
from tests import factories
from tests.services.engine import jsonl

ASKED = "What is step 1 of the plan that the surgeons wrote for the new hospital wing?"


@pytest.fixture
def path(dataset) -> str:
    return f"/datasets/{dataset.id}/benchmarks"


def add(session, dataset, **values):
    with blobs.incoming() as file:
        file.write(jsonl([{"id": "item-7", "question": ASKED}, {"id": "item-8", "question": "Why is the sky blue?"}]))
        stored = file.keep()
    return benchmarks.add(session, dataset.id, stored, file_name="exam.jsonl", **values)


@pytest.fixture
def benchmark(session, dataset):
    return add(session, dataset)


@pytest.fixture
def sample(session, dataset):
    return factories.make_samples(session, factories.make_corpus(session, dataset), 1)[0]


def place(dataset, benchmark, sample, **values) -> dict:
    where = {"path": ["prompt"], "first": 8, "last": 14}
    ids = {"dataset_id": dataset.id, "benchmark_id": benchmark.id, "sample_id": sample.id}
    return ids | {"item": "item-7", "tier": "paraphrase", "score": 0.42} | where | values


@pytest.fixture
def suspect(session, dataset, benchmark, sample):
    one = Suspect(**place(dataset, benchmark, sample))
    session.add(one)
    session.flush()
    return one


def upload(browser, path, content=None, **fields):
    file = ("exam.jsonl", content if content is not None else jsonl([{"question": ASKED}]))
    return browser.post(path, data=fields, files={"file": file})


def test_an_admin_uploads_a_benchmark(session, dataset, path, dora):
    assert upload(dora, path).headers["location"] == path
    page = dora.get(path).text
    assert "exam" in page
    assert "nothing found" in page


def test_a_hidden_benchmark_shows_no_question_to_anybody(session, dataset, path, dora, sample):
    upload(dora, path, hidden="1", name="Secret exam")
    [one] = benchmarks.of(session, dataset.id)
    session.add(Suspect(**place(dataset, one, sample, item="0")))
    session.flush()
    page = dora.get(f"{path}/{one.id}").text
    assert "It is hidden" in page
    assert "Item 0" in page
    assert "surgeons" not in page


def test_a_refused_file_says_why(path, dora):
    answer = upload(dora, path, b'{"number": 3}\n')
    assert answer.status_code == 422
    assert "No question was found in this file." in answer.text


def test_experts_see_no_benchmarks(path, benchmark, bob):
    assert [bob.get(path).status_code, bob.get(f"{path}/{benchmark.id}").status_code] == [403, 403]


def test_a_benchmark_of_another_dataset_is_not_shown(session, path, alice):
    other = add(session, factories.make_dataset(session))
    assert alice.get(f"{path}/{other.id}").status_code == 404
    assert alice.post(f"{path}/{other.id}/delete").status_code == 404
    assert alice.post(f"{path}/{other.id}/suspects/1", data={"is": "same"}).status_code == 404


def test_what_was_found_is_shown_with_item_span_and_score(session, dataset, path, benchmark, sample, lena):
    session.add(Contamination(**place(dataset, benchmark, sample, tier="overlap", score=0.61)))
    session.flush()
    page = lena.get(f"{path}/{benchmark.id}").text
    step = f"What is <mark>{sample.question[8:14]}</mark>"
    for words in (
        "Item item-7",
        percent(0.61),
        "shares a long passage",
        step,
        ASKED,
        percent(0.5),
    ):
        assert words in page
    assert f"Contaminated: {percent(0.5)} of its items" in lena.get(path).text
    assert "In a benchmark" in lena.get(f"/datasets/{dataset.id}/samples/{sample.id}").text


def test_a_lead_judges_a_suspect_and_takes_it_back(session, path, benchmark, suspect, lena):
    page = lena.get(f"{path}/{benchmark.id}").text
    assert "may be the same in other words" in page
    where = f"{path}/{benchmark.id}/suspects/{suspect.id}"
    for said, stored, words in (
        ("same", True, "the next run drops it"),
        ("different", False, "something else"),
        ("undecided", None, "The likeliest come first"),
    ):
        assert lena.post(where, data={"is": said}).status_code == 303
        session.refresh(suspect)
        assert suspect.contaminated is stored
        assert words in lena.get(f"{path}/{benchmark.id}").text


def test_a_benchmark_is_removed_with_what_was_found(session, dataset, path, benchmark, suspect, dora):
    assert dora.post(f"{path}/{benchmark.id}/delete").headers["location"] == path
    assert benchmarks.of(session, dataset.id) == []
    assert session.query(Suspect).count() == 0


def test_samples_that_were_not_checked_are_announced(path, benchmark, sample, lena):
    assert "not all checked" in lena.get(path).text


def test_the_pages_ask_the_same_number_of_questions_for_many_findings(session, dataset, path, benchmark, lena, queries):
    corpus = factories.make_corpus(session, dataset)
    counts = []
    for _ in range(2):
        for one in factories.make_samples(session, corpus, 5):
            session.add(Suspect(**place(dataset, benchmark, one)))
        session.flush()
        queries.clear()
        lena.get(f"{path}/{benchmark.id}")
        counts.append(len(queries))
    assert counts[0] == counts[1]
