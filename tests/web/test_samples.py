"""The list of samples and one sample's page, asked by Alice, a lead, Bob and Charlie."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.models import Benchmark, Contamination, Dataset, Decision, SampleState, Verdict
from app.services import cluster_list
from app.web.wording import SPACE
from tests import factories
from tests.factories_runs import make_run, make_verdict


@pytest.fixture
def corpus(session: Session, dataset: Dataset):
    return factories.make_corpus(session, dataset, "Clinic leaflets", licence="CC-BY-4.0")


def test_who_may_see_samples(session, dataset, corpus, alice, lena, bob, charlie, anonymous):
    sample = factories.make_samples(session, corpus)[0]
    for path in (f"/datasets/{dataset.id}/samples", f"/datasets/{dataset.id}/samples/{sample.id}"):
        assert alice.get(path).status_code == 200
        assert lena.get(path).status_code == 200
        assert bob.get(path).status_code == 403
        assert charlie.get(path).status_code == 404
        assert anonymous.get(path).status_code == 303


def test_empty_dataset_says_what_comes_next(dataset, alice):
    page = alice.get(f"/datasets/{dataset.id}/samples").text
    assert "There are no samples yet" in page
    assert f"/datasets/{dataset.id}/corpora" in page


def test_search_finds_words_and_says_how_many(session, dataset, corpus, alice):
    factories.make_samples(
        session,
        corpus,
        [
            {"prompt": "May I take ibuprofen?", "response": "Sometimes."},
            {"prompt": "What is gout?", "response": "A disease."},
        ],
    )
    page = alice.get(f"/datasets/{dataset.id}/samples", params={"q": "ibuprofen"}).text
    assert "May I take ibuprofen?" in page
    assert "What is gout?" not in page
    assert '<b class="num">1</b> of 2 samples' in page


def test_search_without_a_hit_offers_a_way_out(session, dataset, corpus, alice):
    factories.make_samples(session, corpus)
    page = alice.get(f"/datasets/{dataset.id}/samples", params={"q": "nosuchword"}).text
    assert "No sample fits" in page
    assert "Show all samples" in page


def test_filters_count_what_they_would_show(session, dataset, corpus, alice):
    run = make_run(session, dataset)
    kept, short, copy = factories.make_samples(session, corpus, 3)
    make_verdict(session, run, kept)
    make_verdict(session, run, short, failures=[("answer_too_short", "answer_words", 3, 40)])
    make_verdict(session, run, copy, duplicate_of=kept, similarity=0.88)
    page = alice.get(f"/datasets/{dataset.id}/samples", params={"why": "answer_too_short"}).text
    assert short.question in page
    assert kept.question not in page.replace(f'“<span dir="auto">{kept.question}', "")
    assert "Answer too short" in page
    assert "3 words, needs 40" in page
    everything = alice.get(f"/datasets/{dataset.id}/samples").text
    assert "Near-duplicate:" in everything
    assert f"88{SPACE}% the same as" in everything


def test_pages_go_on_by_key_and_back(session, dataset, corpus, alice):
    samples = factories.make_samples(session, corpus, 45)
    first = alice.get(f"/datasets/{dataset.id}/samples").text
    second = alice.get(f"/datasets/{dataset.id}/samples?after={samples[19].id}").text
    back = alice.get(f"/datasets/{dataset.id}/samples?before={samples[20].id}").text
    assert samples[19].question in first
    assert samples[20].question not in first
    assert samples[20].question in second
    assert samples[0].question in back
    assert samples[20].question not in back
    assert 'rel="prev"' not in back
    last = alice.get(f"/datasets/{dataset.id}/samples?after={samples[39].id}").text
    assert 'rel="next"' not in last


def test_list_asks_the_same_number_of_questions_for_one_and_for_many(session, dataset, corpus, alice, queries):
    run = make_run(session, dataset)
    expert = factories.make_user(session, "Dr Okafor")
    for sample in factories.make_samples(session, corpus, 1, state=SampleState.APPROVED):
        make_verdict(session, run, sample)
        factories.make_review(session, sample, expert)
    alice.get(f"/datasets/{dataset.id}/samples")
    queries.clear()
    alice.get(f"/datasets/{dataset.id}/samples")
    one = len(queries)
    for sample in factories.make_samples(session, corpus, 19, state=SampleState.APPROVED):
        make_verdict(session, run, sample)
        factories.make_review(session, sample, expert)
    session.flush()
    queries.clear()
    alice.get(f"/datasets/{dataset.id}/samples")
    assert len(queries) == one
    assert one <= 12


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_no_search_words_break_the_page(session, dataset, corpus, alice, words):
    assert alice.get(f"/datasets/{dataset.id}/samples", params={"q": words}).status_code in {200, 400}


@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense",
        "corpus=abc",
        "corpus=99999999999999999999",
        "after=-1",
        "before=x",
        "why=nothing",
        "state=dropped&state=dropped",
        "corpus=²",
    ],
)
def test_odd_addresses_still_show_a_page(session, dataset, corpus, alice, query):
    factories.make_samples(session, corpus)
    assert alice.get(f"/datasets/{dataset.id}/samples?{query}").status_code == 200


def test_sample_of_another_dataset_is_not_there(session, dataset, alice):
    other = factories.make_corpus(session, factories.make_dataset(session))
    sample = factories.make_samples(session, other)[0]
    assert alice.get(f"/datasets/{dataset.id}/samples/{sample.id}").status_code == 404


def test_sample_page_says_where_it_comes_from_and_why_it_was_dropped(session, dataset, corpus, alice):
    run = make_run(session, dataset)
    sample = factories.make_samples(session, corpus, state=SampleState.DROPPED)[0]
    make_verdict(session, run, sample, failures=[("answer_too_short", "answer_words", 3, 40)])
    page = alice.get(f"/datasets/{dataset.id}/samples/{sample.id}").text
    for words in (
        sample.question,
        "Clinic leaflets",
        "CC-BY-4.0",
        "Answer too short",
        "3 words, needs 40",
        "Keep it anyway",
    ):
        assert words in page


def test_duplicate_stands_beside_the_one_that_was_kept(session, dataset, corpus, alice):
    run = make_run(session, dataset)
    kept, copy = factories.make_samples(
        session,
        corpus,
        [
            {"prompt": "May I swim?", "response": "Yes, ask us first."},
            {"prompt": "May I swim?", "response": "Yes, call us first."},
        ],
        state=SampleState.DROPPED,
    )
    make_verdict(session, run, copy, duplicate_of=kept, similarity=0.8)
    page = alice.get(f"/datasets/{dataset.id}/samples/{copy.id}").text
    assert "<ins" in page
    assert "<del" in page
    assert f"/datasets/{dataset.id}/samples/{kept.id}" in page
    assert f"/datasets/{dataset.id}/clusters/{kept.id}" in page
    assert "Compare all 2" in alice.get(f"/datasets/{dataset.id}/samples/{kept.id}").text


def test_history_names_every_answer_and_shows_what_was_edited(session, dataset, corpus, alice):
    sample = factories.make_samples(
        session, corpus, [{"prompt": "May I swim?", "response": "Yes."}], state=SampleState.APPROVED
    )[0]
    expert = factories.make_user(session, "Dr Okafor")
    revision = factories._added(session, factories_revision(sample, expert))
    factories.make_review(
        session, sample, expert, Decision.APPROVE, revision_id=revision.id, comment="a warning was added"
    )
    sample.revision_id = revision.id
    page = alice.get(f"/datasets/{dataset.id}/samples/{sample.id}").text
    for words in ("Dr Okafor", "approved it", "a warning was added", "<ins"):
        assert words in page


def factories_revision(sample, expert):
    from app.models import Revision

    return Revision(
        sample_id=sample.id, content={"prompt": "May I swim?", "response": "Yes, with a friend."}, author_id=expert.id
    )


def test_keeping_a_dropped_sample_sends_it_to_review_and_can_be_undone(session, dataset, corpus, alice):
    sample = factories.make_samples(session, corpus, state=SampleState.DROPPED)[0]
    address = f"/datasets/{dataset.id}/samples/{sample.id}"
    assert alice.post(f"{address}/overrule").status_code == 303
    session.refresh(sample)
    assert sample.state is SampleState.QUEUED
    page = alice.get(address).text
    assert "Kept by Alice" in page
    assert alice.post(f"{address}/take-back").status_code == 303
    session.refresh(sample)
    assert (sample.state, sample.overruled_at) == (SampleState.DROPPED, None)


def test_keeping_twice_is_refused_in_words(session, dataset, corpus, alice):
    sample = factories.make_samples(session, corpus, state=SampleState.APPROVED)[0]
    answer = alice.post(f"/datasets/{dataset.id}/samples/{sample.id}/overrule")
    assert answer.status_code == 409
    assert "not dropped any more" in answer.text


def test_only_a_lead_or_an_admin_keeps_what_was_dropped(session, dataset, corpus, lena, bob, charlie):
    sample = factories.make_samples(session, corpus, state=SampleState.DROPPED)[0]
    address = f"/datasets/{dataset.id}/samples/{sample.id}/overrule"
    assert bob.post(address).status_code == 403
    assert charlie.post(address).status_code == 404
    assert lena.post(address).status_code == 303


def test_material_is_escaped_in_list_and_page(session, dataset, corpus, alice):
    sample = factories.make_samples(
        session, corpus, [{"prompt": "<script>alert(1)</script>", "response": "<img src=x onerror=alert(1)>"}]
    )[0]
    for path in ("", f"/{sample.id}"):
        page = alice.get(f"/datasets/{dataset.id}/samples{path}").text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_words_that_made_a_rule_fire_are_marked_and_named(session, dataset, corpus, alice):
    content = {
        "prompt": "May I swim?",
        "response": "I'm sorry, but as an AI language model I cannot help. Write to ann@clinic.org.",
    }
    sample = factories.make_samples(session, corpus, [content], state=SampleState.DROPPED)[0]
    make_verdict(session, make_run(session, dataset), sample, failures=[("speaks_of_another_model", "x", 1, 0)])
    page = alice.get(f"/datasets/{dataset.id}/samples/{sample.id}").text
    assert '<span class="off">Speaks of another model: </span>' in page
    assert '<a href="#mark-1-1"' in page
    assert "Personal data" in page
    assert '<span class="off">E-mail address: </span></span>ann@clinic.org</mark>' in page


def test_marked_text_can_be_read_formatted_as_well(session, dataset, corpus, alice):
    content = {"prompt": "May I swim?", "response": "**Yes**, ask ann@clinic.org"}
    sample = factories.make_samples(session, corpus, [content])[0]
    page = alice.get(f"/datasets/{dataset.id}/samples/{sample.id}").text
    assert "**Yes**" in page
    assert "<strong>Yes</strong>" in page
    assert "Show it formatted" in page


def test_item_of_a_benchmark_is_marked_and_named(session, dataset, corpus, alice):
    sample = factories.make_samples(session, corpus, [{"prompt": "What is 6 times 7?", "response": "42."}])[0]
    made = Benchmark(
        dataset_id=dataset.id, name="School sums", file_name="sums.jsonl", hidden=False, items=12, fingerprint="x"
    )
    benchmark = factories._added(session, made)
    found = {"dataset_id": dataset.id, "sample_id": sample.id, "benchmark_id": benchmark.id, "item": "12"}
    session.add(Contamination(**found, tier="exact", score=1.0, path=["prompt"], first=0, last=18))
    page = alice.get(f"/datasets/{dataset.id}/samples/{sample.id}").text
    for words in ("In a benchmark", '<span class="off">In School sums, 12: </span>', "#mark-1-1"):
        assert words in page


def test_answers_that_contradict_one_another_name_their_partners(session, dataset, corpus, alice):
    run = make_run(session, dataset)
    one, other = factories.make_samples(
        session,
        corpus,
        [{"prompt": "How many legs has a spider?", "response": answer} for answer in ("Eight.", "Six.")],
        state=SampleState.DROPPED,
    )
    partners = [{"sample": other.id, "agreement": 0.1}, {"sample": 10**12, "agreement": 0.0}]
    failure = {"rule": "conflicting_answers", "measure": "conflicts", "value": 2, "bound": 0, "partners": partners}
    session.add(Verdict(run_id=run.id, sample_id=one.id, reasons=["conflicting_answers"], failures=[failure]))
    run.last_sample_id = other.id
    page = alice.get(f"/datasets/{dataset.id}/samples/{one.id}").text
    for words in ("Conflicting answers", "Answered otherwise elsewhere", "Six.", f"10{SPACE}% of the words in common"):
        assert words in page


def test_sample_knows_those_nearest_to_it(session, dataset, corpus):
    run = make_run(session, dataset)
    kept, *copies = factories.make_samples(session, corpus, 8)
    for at, copy in enumerate(copies):
        make_verdict(session, run, copy, duplicate_of=kept, similarity=0.9 - at / 100)
    found = cluster_list.near(session, run, copies[0].id)
    assert (found.survivor, found.size) == (kept.id, 8)
    assert [one.id for one in found.others] == [kept.id, *(copy.id for copy in copies[1:4])]
    assert [one.similarity for one in found.others][:2] == [None, 0.89]
    assert cluster_list.near(session, run, factories.make_samples(session, corpus)[0].id) is None
    assert cluster_list.near(session, None, kept.id) is None
