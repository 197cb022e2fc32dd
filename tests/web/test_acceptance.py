"""The pages of acceptance by sampling, from the plan to the certificate in a release, asked by Alice, Lena, Bob and Charlie."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.releasing.composition import Composition
from app.models import Acceptance, AcceptanceState, Dataset, Decision, Review, Role, Sample, SampleState, User
from app.services import certificates, release_freezing, releases
from app.web.wording import SPACE
from tests import factories
from tests.conftest import Browser
from tests.factories_runs import make_run, measured
from tests.services.test_acceptance import judge, queue, states

FORM = {"tolerable": "10", "confidence": "90", "allowed": "1"}


@pytest.fixture
def place(dataset: Dataset) -> str:
    return f"/datasets/{dataset.id}/quality/acceptance"


@pytest.fixture
def expert(session: Session, dataset: Dataset) -> User:
    made = factories.make_user(session, "Ben")
    factories.join(session, dataset, made, Role.EXPERT)
    return made


def started(session: Session, browser: Browser, place: str, **values: str) -> str:
    answer = browser.post(place, data={**FORM, **values})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_who_may_see_and_start_one(session, dataset, place, alice, lena, bob, charlie, anonymous):
    queue(session, dataset, 40)
    for browser, status in ((alice, 200), (lena, 200), (bob, 403), (charlie, 404), (anonymous, 303)):
        assert browser.get(place).status_code == status
    for browser, status in ((bob, 403), (charlie, 404), (anonymous, 303)):
        assert browser.post(place, data=FORM).status_code == status
    assert session.scalar(select(func.count(Acceptance.id))) == 0
    one = started(session, lena, place)
    for browser, status in ((alice, 200), (lena, 200), (bob, 403), (charlie, 404), (anonymous, 303)):
        assert browser.get(one).status_code == status
        for action in ("accept", "requeue", "withdraw", "take-back"):
            if status in (403, 404):
                assert browser.post(f"{one}/{action}").status_code == status
    assert session.scalars(select(Acceptance.state)).one() is AcceptanceState.JUDGING


def test_the_plan_is_in_sight_before_anything_is_done(session, dataset, place, lena):
    assert "No sample of this kind waits" in lena.get(place).text
    queue(session, dataset, 400)
    page = lena.get(place, params={"tolerable": "5", "confidence": "95", "allowed": "1"}).text
    shown = re.search(r'Judge <span class="num">(\d+)</span> of <span class="num">400.samples', page)
    assert shown is not None
    assert int(shown[1]) < 100
    assert f"95{SPACE}%" in page or "95 %" in page
    assert page.count('class="curve"') + page.count('class="curve is-chosen"') == 6
    assert "Chance that a group of samples is accepted" in page
    part = lena.htmx(f"{place}?tolerable=5&allowed=0").text
    assert part.lstrip().startswith('<div class="plan"')
    assert "With so many defects allowed" in lena.get(place, params={"tolerable": "0.1", "allowed": "3"}).text
    assert "cannot be read" in lena.get(place, params={"tolerable": "much"}).text


def test_a_refused_form_says_what_to_change_and_keeps_what_was_typed(session, dataset, place, lena):
    queue(session, dataset, 30)
    for values, words in (
        ({"tolerable": "0"}, "Enter more than 0"),
        ({"tolerable": "x"}, "Enter a number"),
        ({"allowed": "1.5"}, "whole number"),
        ({"tolerable": "1", "allowed": "3"}, "would be more than you tolerate"),
        ({"q": "nosuchword"}, "nothing to accept"),
    ):
        answer = lena.post(place, data={**FORM, "name": "My leaflets", **values})
        assert (answer.status_code, words in answer.text, "My leaflets" in answer.text) == (422, True, True), values
    assert session.scalar(select(func.count(Acceptance.id))) == 0


def test_from_the_draw_to_the_release(session, dataset, place, lena, alice, expert):
    queue(session, dataset, 100, "Leaflets")
    one = started(session, lena, place, name="Leaflets of spring")
    assert "Nothing is judged yet" in lena.get(one).text
    assert "Nothing is judged yet" in lena.get(one, headers={"HX-Request": "true"}).text  # what the page polls
    refused = lena.post(f"{one}/accept")
    assert (refused.status_code, "not judged yet" in refused.text) == (409, True)
    judge(session, dataset, expert, lambda at: Decision.REJECT if at == 0 else Decision.APPROVE)
    page = lena.get(one).text
    assert "Accept the whole group" in page
    told = f"At most 10{SPACE}% of these 100{SPACE}samples have a defect, stated with 90 % confidence."
    assert told in page.replace("&nbsp;", SPACE)
    assert lena.post(f"{one}/accept").status_code == 303
    page = lena.get(one).text
    assert "Take the acceptance back" in page
    assert states(session) == {"approved": 99, "rejected": 1}
    assert "Leaflets of spring" in lena.get(place).text
    listed = lena.get(f"/datasets/{dataset.id}/samples").text
    assert "Accepted with its group, on a sample" in listed
    unread = session.scalars(select(Sample.id).where(Sample.id.not_in(select(Review.sample_id)))).first()
    assert "nobody has read this one" in lena.get(f"/datasets/{dataset.id}/samples/{unread}").text

    release = releases.start(session, dataset, "messages")
    release_freezing.freeze_rows(session, release, Composition(format="messages"))
    (sent,) = certificates.in_release(session, release.id)
    assert (sent["name"], sent["samples"], sent["population"], sent["defects"]) == ("Leaflets of spring", 99, 100, 1)
    assert {"bound", "confidence", "method", "seed", "date", "reviewers", "sample_size"} <= sent.keys()
    assert "Ben" not in str(sent)

    assert lena.post(f"{one}/take-back").headers["Location"] == one
    assert states(session) == {"queued": 100}
    assert certificates.in_release(session, release.id) == []


def test_a_failing_group_goes_to_full_review(session, dataset, place, lena, expert):
    queue(session, dataset, 60)
    one = started(session, lena, place, allowed="0")
    judge(session, dataset, expert, lambda at: Decision.REJECT if at < 1 else Decision.APPROVE)
    page = lena.get(one).text
    assert "This group cannot be accepted" in page
    assert "Send all 60 to full review" in page
    assert "Accept the whole group" not in page
    assert lena.post(f"{one}/requeue").status_code == 303
    assert "All samples wait for full review" in lena.get(one).text
    assert lena.post(f"{one}/accept").status_code == 409


def test_withdrawing_is_always_possible(session, dataset, place, lena):
    queue(session, dataset, 60)
    one = started(session, lena, place)
    assert lena.post(f"{one}/withdraw").status_code == 303
    assert "This was withdrawn" in lena.get(one).text
    assert session.scalar(select(func.count()).where(Sample.state == SampleState.QUEUED)) == 60


def test_a_group_can_be_chosen_by_corpus_score_and_language(session, dataset, place, lena):
    first, second = queue(session, dataset, 40, "Leaflets"), queue(session, dataset, 40, "Letters")
    run = make_run(session, dataset)
    measured(session, run, [*first, *second], quality_score=[n / 80 for n in range(80)], language=[2.0] * 80)
    run.details = {**run.details, "labels": {"language": {"en": {"kept": 70}, "": {"kept": 10}}}}
    page = lena.get(place).text
    assert all(words in page for words in ("Leaflets", "Letters", "English", "not certain"))
    one = started(session, lena, place, corpus=str(first[0].corpus_id), measure="quality_score", least="0,25")
    made = session.scalars(select(Acceptance)).one()
    assert made.population == 20
    page = lena.get(one).text
    assert "at least 0.25" in page
    assert "Corpus: Leaflets" in made.name


def test_another_dataset_s_acceptance_is_not_found(session, dataset, place, lena, alice):
    queue(session, dataset, 40)
    one = started(session, lena, place).rsplit("/", 1)[1]
    other = factories.make_dataset(session)
    assert alice.get(f"/datasets/{other.id}/quality/acceptance/{one}").status_code == 404
    assert alice.get(f"{place}/999999999").status_code == 404
    assert alice.get(f"{place}/x").status_code == 404


@given(
    st.dictionaries(
        st.sampled_from(
            ["q", "corpus", "language", "measure", "least", "most", "tolerable", "confidence", "allowed", "drawn_by", "name"]
        ),
        st.one_of(st.text(max_size=12), st.sampled_from(["1e309", "nan", "-1", "99999999999999999999", "?", "\x00"])),
        max_size=6,
    )
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_address_and_no_form_breaks_the_page(session, dataset, place, lena, query):
    assert lena.get(place, params=query).status_code in (200, 400)  # 400: an address with a character that cannot be
    assert lena.post(place, data=query).status_code in (303, 422)
