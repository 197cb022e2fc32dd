"""Near-duplicates: the list of clusters, one of them side by side, and choosing which sample stays."""

import pytest

from app.models import SurvivorChoice
from app.services import cluster_list
from app.services.clusters import Cluster, Member
from app.web.recipe_form import PREFERENCES
from app.web.survival import KEYS, because
from app.web.wording import SPACE
from tests import factories
from tests.factories_runs import make_run, make_verdict


@pytest.fixture
def path(dataset) -> str:
    return f"/datasets/{dataset.id}/clusters"


@pytest.fixture
def made(session, dataset):
    """A survivor with three copies from two corpora, and another with one."""
    leaflets, forum = (factories.make_corpus(session, dataset, name) for name in ("Leaflets", "Forum"))
    run = make_run(session, dataset, samples=6, kept=2, dropped=4, duplicates=4)
    texts = ["Ask us first.", "Call us first.", "Ask us.", "Ask a friend first."]
    kept, *copies = factories.make_samples(
        session, leaflets, [{"prompt": "May I swim?", "response": text} for text in texts]
    )
    other, twin = factories.make_samples(
        session, forum, [{"prompt": "May I run?", "response": text} for text in ("Yes.", "Yes!")]
    )
    for copy, share in zip(copies, (0.97, 0.92, 0.85), strict=True):
        make_verdict(session, run, copy, duplicate_of=kept, similarity=share)
    make_verdict(session, run, twin, duplicate_of=other, similarity=1.0)
    run.details = {**run.details, "corpora": {
        str(leaflets.id): {"duplicates": 3}, str(forum.id): {"duplicates": 1}}}  # fmt: skip
    return kept, copies, other, twin, forum


def test_who_may_see_and_choose(path, made, alice, lena, bob, charlie):
    kept, copies, *_ = made
    for page in (path, f"{path}/{kept.id}"):
        assert [who.get(page).status_code for who in (alice, lena, bob, charlie)] == [200, 200, 403, 404]
    for act in ("choose", "undo"):
        address = f"{path}/{copies[0].id}/{act}"
        assert [who.post(address).status_code for who in (lena, bob, charlie, alice)] == [403, 403, 404, 303]


def test_largest_cluster_comes_first(path, made, alice):
    page = alice.get(path).text
    assert page.index("May I swim?") < page.index("May I run?")
    assert f"2{SPACE}groups" in page
    assert f"85{SPACE}% to 97{SPACE}%" in page


@pytest.mark.parametrize(
    ("query", "seen"),
    [("alike=same", "run"), ("alike=95", "swim"), ("alike=90", "swim"), ("alike=less", "swim"), ("alike=x", "both")],
)
def test_list_is_narrowed_by_similarity(path, made, alice, query, seen):
    page = alice.get(f"{path}?{query}").text
    assert ("May I swim?" in page, "May I run?" in page) == (seen in ("swim", "both"), seen in ("run", "both"))


def test_list_is_narrowed_by_corpus(path, made, alice):
    page = alice.get(f"{path}?corpus={made[-1].id}").text
    assert "May I run?" in page
    assert "May I swim?" not in page
    assert "No group fits" in alice.get(f"{path}?corpus={made[-1].id}&alike=less").text


@pytest.mark.parametrize("query", ["page=x", "page=99999", "corpus=²", "corpus=99999999999999999999", "page=-1"])
def test_odd_addresses_still_show_a_page(path, made, alice, query):
    assert alice.get(f"{path}?{query}").status_code == 200


def test_list_goes_on_page_by_page(session, dataset, path, alice, monkeypatch):
    monkeypatch.setattr(cluster_list, "PAGE", 2)
    run = make_run(session, dataset, samples=6)
    samples = factories.make_samples(session, factories.make_corpus(session, dataset), 6)
    for survivor, copy in zip(samples[::2], samples[1::2], strict=True):
        make_verdict(session, run, copy, duplicate_of=survivor, similarity=0.9)
    first, second = alice.get(path).text, alice.get(f"{path}?page=1").text
    assert 'rel="next"' in first
    assert samples[0].question in first
    assert samples[4].question in second
    assert 'rel="next"' not in second


def test_list_asks_the_same_number_of_questions_for_few_and_for_many(session, dataset, path, made, alice, queries):
    alice.get(path)
    queries.clear()
    alice.get(path)
    few = len(queries)
    run = make_run(session, dataset, samples=30)
    samples = factories.make_samples(session, factories.make_corpus(session, dataset), 30)
    for survivor, copy in zip(samples[::2], samples[1::2], strict=True):
        make_verdict(session, run, copy, duplicate_of=survivor, similarity=0.9)
    queries.clear()
    alice.get(path)
    assert len(queries) == few


def test_members_stand_against_the_one_that_stays(path, made, alice):
    kept, copies, *_ = made
    page = alice.get(f"{path}/{copies[1].id}").text
    assert "Four texts that are nearly the same" in page
    assert "because it was read first" in page
    assert "<del>Ask</del><ins>Call</ins> us first." in page
    assert f"97{SPACE}% the same" in page
    assert page.index(f"/samples/{kept.id}") < page.index(f"/samples/{copies[0].id}")


def test_another_one_is_chosen_and_the_choice_is_undone(session, path, made, alice):
    kept, copies, *_ = made
    address = f"{path}/{copies[2].id}"
    assert alice.post(f"{address}/choose").headers["location"] == f"{path}/{kept.id}"
    page = alice.get(f"{path}/{kept.id}").text
    assert "Stays from the next run on" in page
    assert "A person chose another one to stay." in page
    assert alice.post(f"{address}/undo").status_code == 303
    assert session.query(SurvivorChoice).count() == 0
    assert alice.post(f"{address}/undo").status_code == 409


def test_sample_without_a_twin_has_no_cluster(session, dataset, path, made, alice):
    alone = factories.make_samples(session, factories.make_corpus(session, dataset))[0]
    assert alice.get(f"{path}/{alone.id}").status_code == 404


def test_before_the_first_run_there_is_nothing(path, alice):
    assert "Nothing has been compared yet" in alice.get(path).text


def member(id: int, **values) -> Member:
    plain = {
        "question": "", "answer": "", "corpus": "", "licence": "", "is_trusted": False, "state": None,
        "similarity": 1.0, "is_survivor": False, "is_chosen": False,
    }  # fmt: skip
    return Member(id, **{**plain, **values})


def test_reason_is_the_first_preference_that_tells_them_apart():
    long, short = member(2, answer="long"), member(1, answer="x", licence="CC0")
    assert because(Cluster(2, [long, short], ["trusted", "longest", "newest"])) == "it is the longest"
    assert because(Cluster(2, [long, short], ["licence", "newest"])) == "it was read last"
    assert because(Cluster(1, [short, long], ["newest", "longest"])) == "it was read first"
    assert because(Cluster(1, [short, long], ["quality"])) == "it is the best written"
    assert because(Cluster(1, [member(1, is_chosen=True), long], ["longest"])) == "a person chose it"


def test_every_preference_can_be_said():
    assert set(KEYS) == set(PREFERENCES) - {"quality"}
