"""Deciding on many samples from the list and from a cluster: confirm, decide, audits, undo. Asked by Alice, Lena, Bob, Charlie."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import BulkAction, Dataset, Decision, Job, JobState, Review, Sample
from app.services import bulk
from tests import factories
from tests.factories_runs import make_run, make_verdict
from tests.services.standing import fingerprint
from tests.services.test_acceptance import queue, states
from tests.services.test_bulk import answer

FORM = {"decision": "approve", "key": "a key of this page", "audits": "2"}


@pytest.fixture
def place(dataset: Dataset) -> str:
    return f"/datasets/{dataset.id}/samples/decide"


def test_who_may_decide_on_many(session, dataset, place, alice, lena, bob, charlie, anonymous):
    queue(session, dataset, 3)
    for browser, status in ((alice, 200), (lena, 200), (bob, 403), (charlie, 404), (anonymous, 303)):
        assert browser.get(place).status_code == status
        if browser not in (alice, lena):
            assert browser.post(place, data=FORM).status_code == status
    assert states(session) == {"queued": 3}
    made = lena.post(place, data=FORM).headers["Location"]
    for browser, status in ((alice, 200), (lena, 200), (bob, 403), (charlie, 404), (anonymous, 303)):
        assert browser.get(made).status_code == status
        assert browser.get(f"/datasets/{dataset.id}/quality/bulk").status_code == status
        if browser not in (alice, lena):
            assert browser.post(f"{made}/undo").status_code == status
    assert states(session) == {"approved": 3}


def test_the_list_leads_to_all_that_wait_and_the_page_says_what_will_happen(session, dataset, place, lena):
    corpus = queue(session, dataset, 25, "Leaflets")[0].corpus_id
    queue(session, dataset, 4, "Letters")
    listed = lena.get(f"/datasets/{dataset.id}/samples", params={"corpus": corpus}).text
    link = re.search(r'href="([^"]+/samples/decide[^"]*)">Decide on all 25 of these', listed)
    assert link is not None
    page = lena.get(link[1].replace("&amp;", "&")).text
    assert "Approve all 25" in page
    assert "Reject all 25" in page
    assert page.count('<h3 class="q"') == 10
    assert "Leaflets" in page
    assert "10 of them, drawn by lot" in page
    dropped = lena.get(f"/datasets/{dataset.id}/samples", params={"state": "dropped"}).text
    assert "Decide on all" not in dropped


def test_decide_then_undo_leaves_no_trace(session, dataset, place, lena):
    queue(session, dataset, 25)
    before = fingerprint(session)
    made = lena.post(place, data=FORM)
    assert made.status_code == 303
    page = lena.get(made.headers["Location"]).text
    assert "Approved 25" in page
    assert "none of 2 answered yet" in page
    assert "Undo all 25" in page
    assert lena.post(f"{made.headers['Location']}/undo").status_code == 303
    session.expire_all()
    assert fingerprint(session) == before
    assert "as before" in lena.get(made.headers["Location"]).text
    assert lena.post(f"{made.headers['Location']}/undo").status_code == 409
    assert "Undone" in lena.get(f"/datasets/{dataset.id}/quality/bulk").text


def test_the_same_form_twice_decides_once(session, dataset, place, lena):
    queue(session, dataset, 5)
    first, second = (lena.post(place, data=FORM).headers["Location"] for _ in range(2))
    assert first == second
    assert session.scalar(select(func.count(Review.id))) == 5


def test_a_refusal_keeps_what_was_typed(session, dataset, place, lena):
    queue(session, dataset, 5)
    answered = lena.post(place, data={**FORM, "decision": "reject", "comment": "Adverts."})
    assert answered.status_code == 422
    assert "Choose why these samples are rejected" in answered.text
    assert "Adverts." in answered.text
    assert lena.post(place, data={**FORM, "decision": "skip"}).status_code == 422
    assert lena.post(place, data={**FORM, "audits": "many"}).status_code == 422
    assert lena.post(place, data={**FORM, "decision": "reject", "reason": "off_topic"}).status_code == 303
    assert states(session) == {"rejected": 5}


def test_contradicting_colleagues_are_told_with_the_undo(session, dataset, place, lena, bob):
    queue(session, dataset, 20)
    made = lena.post(place, data={**FORM, "audits": "4"}).headers["Location"]
    for decision in (Decision.REJECT, Decision.REJECT, Decision.APPROVE):
        answer(session, dataset, bob.user, decision)
    page = lena.get(made).text
    assert "Colleagues contradict this decision too often" in page
    assert "2 of 3 contradict, 1 to come" in page
    assert "95 % sure that between" in page
    assert "2 of 3 contradict" in lena.get(f"/datasets/{dataset.id}/quality/bulk").text


def test_nothing_free_is_said(session, dataset, place, lena):
    assert "There is nothing to decide here" in lena.get(place).text
    queue(session, dataset, 2)
    lena.post(place, data=FORM)
    refused = lena.post(place, data={**FORM, "key": "another key"})
    assert (refused.status_code, "There is nothing to decide here" in refused.text) == (409, True)


def test_a_cluster_leads_to_its_samples(session, dataset, place, lena):
    kept, copy, _ = queue(session, dataset, 3)
    make_verdict(session, make_run(session, dataset), copy, duplicate_of=kept, similarity=0.9)
    page = lena.get(f"/datasets/{dataset.id}/clusters/{kept.id}").text
    assert f"{place}?cluster={kept.id}" in page
    assert "Decide on all 2 that wait for review" in page
    assert "Approve all 2" in lena.get(place, params={"cluster": kept.id}).text


def test_very_many_are_a_job_that_can_be_stopped(session, dataset, place, lena, monkeypatch, wakes):
    monkeypatch.setattr(bulk, "AT_ONCE", 5)
    queue(session, dataset, 12)
    made = lena.post(place, data=FORM).headers["Location"]
    assert len(wakes) == 1
    page = lena.get(made).text
    assert "Deciding on 12" in page
    assert "Undo all" not in page
    assert 'hx-trigger="every 2s"' in page
    assert "Deciding on 12" in lena.get(made, headers={"HX-Request": "true"}).text  # what the page polls
    assert lena.post(f"{made}/undo").status_code == 409
    assert lena.post(f"{made}/stop").status_code == 303
    assert session.scalars(select(Job.state)).one() is JobState.CANCELLED
    page = lena.get(made).text
    assert "This was stopped" in page
    assert "Undo all 0" in page


def test_what_was_done_at_once_cannot_be_stopped(session, dataset, place, lena):
    queue(session, dataset, 3)
    made = lena.post(place, data=FORM).headers["Location"]
    assert lena.post(f"{made}/stop").status_code == 409


def test_another_dataset_s_action_is_not_found(session, dataset, place, lena, alice):
    queue(session, dataset, 3)
    number = lena.post(place, data=FORM).headers["Location"].rsplit("/", 1)[1]
    other = factories.make_dataset(session)
    assert alice.get(f"/datasets/{other.id}/quality/bulk/{number}").status_code == 404
    assert alice.post(f"/datasets/{other.id}/quality/bulk/{number}/undo").status_code == 404


@given(
    st.dictionaries(
        st.sampled_from(["q", "state", "why", "corpus", "language", "measure", "least", "most", "cluster"]),
        st.one_of(st.text(max_size=12), st.sampled_from(["1e309", "quality_score", "9223372036854775807", "?", "queued"])),
        max_size=5,
    )
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_breaks_the_page(session: Session, dataset: Dataset, place: str, lena, query):
    assert lena.get(place, params=query).status_code in (200, 400)  # 400: an address with a character that cannot be
    assert session.scalar(select(func.count(BulkAction.id))) == 0
    assert session.scalar(select(func.count(Sample.id))) == 0
