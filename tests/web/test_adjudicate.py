"""The lead's page for what experts left open, and the precedents that experts read."""

import re

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Adjudication, Cause, Dataset, Decision, Revision, Sample, SampleState, User
from app.services import adjudicating, gold, gold_plan, reviewing
from app.services.precedents import CAUSES
from tests import factories
from tests.conftest import Browser
from tests.services.test_adjudicating import A, F, R, answer, disagreed, queued, verdict


def path(dataset: Dataset, more: str = "") -> str:
    return f"/datasets/{dataset.id}/quality/adjudicate{more}"


@pytest.fixture
def experts(session: Session, dataset: Dataset) -> tuple[User, User]:
    dataset.reviews_per_sample = 2
    return factories.make_user(session, "Ann", specialty="pharmacy"), factories.make_user(session, "Ben")


@pytest.fixture
def open_case(session: Session, dataset: Dataset, experts: tuple[User, User]) -> Sample:
    return disagreed(session, dataset, experts)[0]


def sent(html: str, **more: object) -> dict[str, object]:
    """What the form on the page would send."""
    hidden = dict(re.findall(r'type="hidden" name="(sample|key)" value="([^"]*)"', html))
    return {**hidden, "cause": "gap", **more}


def test_names_are_hidden_until_it_is_decided(
    session: Session, dataset: Dataset, lena: Browser, open_case: Sample
) -> None:
    page = lena.get(path(dataset)).text
    assert "First expert" in page
    assert "pharmacy" in page
    assert ">Ann<" not in page
    assert "Too fast to have read it" in page
    assert "<ins>" in page
    assert "“No source”" in page
    assert ">Ann<" in lena.get(path(dataset, "?names=shown")).text
    done = lena.post(path(dataset), data=sent(page, outcome="reject"))
    assert (done.status_code, done.headers["Location"]) == (303, path(dataset, "?note=decided"))
    assert "Ann had approved it with an edit; Ben had rejected it." in lena.get(done.headers["Location"]).text
    assert open_case.state is SampleState.REJECTED


def test_every_decision_has_a_key_on_its_control(
    session: Session, dataset: Dataset, lena: Browser, open_case: Sample
) -> None:
    page = lena.get(path(dataset)).text
    keys = re.findall(r'data-key="([^"]+)"', page)
    assert sorted(keys) == sorted(["1", "2", "3", "4", "5", "a", "f", "s", "r", "n", "o", "ctrl+enter"])
    controls = re.findall(r"<(?:button|a|label|summary)[^>]*>.*?</(?:button|a|label|summary)>", page, re.S)
    for key in ("a", "f", "s", "r", "n", "o"):
        assert any(f'data-key="{key}"' in one and f"<kbd>{key.upper()}</kbd>" in one for one in controls), key


def test_taking_an_answer_and_taking_that_back(
    session: Session, dataset: Dataset, lena: Browser, open_case: Sample
) -> None:
    page = lena.get(path(dataset)).text
    first = re.findall(r'value="(take \d+)"', page)[0]
    lena.post(path(dataset), data=sent(page, outcome=first, note="Say both limits"))
    assert open_case.state is SampleState.APPROVED
    assert open_case.revision_id is not None
    back = lena.post(path(dataset, "/undo"))
    assert back.headers["Location"].endswith("?note=undone")
    assert open_case.state is SampleState.FLAGGED
    assert f'value="{open_case.id}"' in lena.get(back.headers["Location"]).text
    assert lena.post(path(dataset, "/undo")).status_code == 409


def test_own_words(session: Session, dataset: Dataset, lena: Browser, open_case: Sample) -> None:
    page = lena.get(path(dataset)).text
    assert "Wash your hands for twenty seconds.</textarea>" in page  # an expert's edit is where they begin
    words = {"piece": ["0", "1"], "text": [open_case.question, "Wash them.\r\nWell."]}
    lena.post(path(dataset), data=sent(page, outcome="own", **words))
    assert session.get_one(Revision, open_case.revision_id).content["response"] == "Wash them.\nWell."


def test_a_refusal_keeps_what_was_typed(session: Session, dataset: Dataset, lena: Browser, open_case: Sample) -> None:
    page = lena.get(path(dataset)).text
    data = sent(page, outcome="own", note="A long note", piece=["1"], text=["New words"]) | {"cause": ""}
    refused = lena.post(path(dataset), data=data)
    assert refused.status_code == 422
    assert "Say why they differed" in refused.text
    assert "A long note</textarea>" in refused.text
    assert "New words</textarea>" in refused.text
    assert session.scalar(select(func.count(Adjudication.id))) == 0


def test_who_comes_second_is_told_and_keeps_the_note(
    session: Session, dataset: Dataset, lena: Browser, open_case: Sample
) -> None:
    page = lena.get(path(dataset)).text
    adjudicating.decide(
        session, dataset, factories.make_user(session), open_case.id, verdict("approve"), "key of another"
    )
    refused = lena.post(path(dataset), data=sent(page, outcome="reject", note="My reasons"))
    assert refused.status_code == 409
    assert "a colleague decided it" in refused.text
    assert "My reasons" in refused.text
    assert open_case.state is SampleState.APPROVED


@pytest.mark.parametrize(
    "data", [{"outcome": "burn"}, {"outcome": "take x"}, {"outcome": "approve", "cause": "weather"}, {"outcome": "approve", "key": "short"},
             {"outcome": "own", "piece": ["1"]}]
)  # fmt: skip
def test_nonsense_is_refused(
    session: Session, dataset: Dataset, lena: Browser, open_case: Sample, data: dict[str, object]
) -> None:
    page = lena.get(path(dataset)).text
    assert lena.post(path(dataset), data=sent(page) | data).status_code == 422
    assert open_case.state is SampleState.FLAGGED


def test_two_leads_see_two_samples(
    session: Session,
    dataset: Dataset,
    lena: Browser,
    dora: Browser,
    experts: tuple[User, User],
    open_case: Sample,
) -> None:
    second = disagreed(session, dataset, experts)[0]
    assert f'name="sample" value="{open_case.id}"' in lena.get(path(dataset)).text
    assert f'name="sample" value="{second.id}"' in dora.get(path(dataset)).text
    asked = dora.get(path(dataset, f"?sample={open_case.id}")).text
    assert "That sample is not free" in asked
    assert f'name="sample" value="{second.id}"' in asked
    assert "That was the last one" in dora.get(path(dataset, f"?after={second.id}")).text


def test_nothing_waits(dataset: Dataset, lena: Browser) -> None:
    assert "Nothing waits for a lead" in lena.get(path(dataset)).text


def test_a_flag_with_its_question(session: Session, dataset: Dataset, lena: Browser) -> None:
    sample = queued(session, dataset)[0]
    answer(session, dataset, factories.make_user(session), sample, F, comment="Which <unit> is meant?")
    page = lena.get(path(dataset)).text
    assert "“Which &lt;unit&gt; is meant?”" in page
    assert "Take the" not in page  # a flag decides nothing
    assert "Why was it left open?" in page


def test_experts_read_precedents_and_no_names(
    session: Session, dataset: Dataset, lena: Browser, bob: Browser, open_case: Sample
) -> None:
    page = lena.get(path(dataset)).text
    lena.post(path(dataset), data=sent(page, outcome="reject", note="Leaflets from abroad do not count."))
    found = bob.get(f"/datasets/{dataset.id}/precedents?q=leaflets").text
    assert "Leaflets from abroad do not count." in found
    assert "The guidelines do not say" in found
    assert "Lena" not in found
    assert "Ann" not in found
    assert "None fits" in bob.get(f"/datasets/{dataset.id}/precedents?q=unicorn").text
    assert "None fits" in bob.get(f"/datasets/{dataset.id}/precedents?mine=yes").text
    assert bob.get(f"/datasets/{dataset.id}/precedents?q=%22%27%3A%26!(").status_code == 200


def test_the_desk_links_to_similar_decisions_after_an_answer_only(
    session: Session, dataset: Dataset, lena: Browser, bob: Browser, open_case: Sample
) -> None:
    adjudicating.decide(
        session, dataset, lena.user, open_case.id, verdict("reject", note="No source."), "key 1 of lena"
    )  # type: ignore[arg-type]
    queued(session, dataset, 2)
    desk = f"/datasets/{dataset.id}/review"
    page = bob.get(desk).text
    assert "Similar decisions" not in page
    slot = re.findall(r'name="slot" value="(\d+)"', page)[0]
    bob.post(desk, data={"slot": slot, "key": "a long key", "decision": "approve"})
    link = re.findall(r'href="([^"]*precedents[^"]*)"', bob.get(desk).text)[0]
    shown = bob.get(link).text
    assert "Decisions on similar samples" in shown
    assert "No source." in shown
    assert "Decisions on similar samples" not in lena.get(link).text  # not Lena's answer


def test_a_sample_s_page_says_who_had_the_last_word(
    session: Session, dataset: Dataset, lena: Browser, open_case: Sample
) -> None:
    page = f"/datasets/{dataset.id}/samples/{open_case.id}"
    assert f"adjudicate?sample={open_case.id}" in lena.get(page).text
    adjudicating.decide(
        session, dataset, lena.user, open_case.id, verdict("reject", note="No source."), "key 1 of lena"
    )  # type: ignore[arg-type]
    shown = lena.get(page).text
    assert "Why the experts had differed: “The guidelines do not say”" in shown
    assert "Make it a gold sample" in shown
    made = lena.post(f"{page}/gold", data={"decision": "reject", "why": "Because of the source."})
    assert made.status_code == 303
    assert "Because of the source." in lena.get(page).text
    assert lena.post(f"{page}/gold", data={"decision": "reject", "why": "Again"}).status_code == 409


def desk_of(browser: Browser, dataset: Dataset) -> str:
    return str(browser.get(f"/datasets/{dataset.id}/review").text)


def anonymous_html(html: str, sample: Sample) -> str:
    """The page without what differs between any two samples: words, numbers, keys."""
    for words in (sample.question, sample.answer):
        html = html.replace(words, "WORDS")
    html = re.sub(r'name="key" value="\w+"', "KEY", html)
    html = re.sub(r'name="proof" value="\w+"', "PROOF", html)
    html = re.sub(r'(?<=class="past-words" dir="auto">)[^<]*', "WORDS", html)
    return re.sub(r"\d+", "0", html)


def test_a_gold_sample_looks_like_any_other(session: Session, dataset: Dataset, lena: Browser, bob: Browser) -> None:
    corpus = factories.make_corpus(session, dataset)
    (known,) = factories.make_samples(session, corpus, 1, state=SampleState.APPROVED)
    gold.mark(session, dataset, lena.user, known.id, Decision.REJECT, "Because.")  # type: ignore[arg-type]
    samples = {
        one.id: one
        for one in (known, *factories.make_samples(session, corpus, 20, state=SampleState.QUEUED))
    }  # fmt: skip
    reviewing.open_slots(session, dataset, select(Sample.id))
    looks: dict[bool, list[str]] = {True: [], False: []}
    after: dict[bool, list[str]] = {True: [], False: []}
    for number in range(18):
        if number == 10:  # the strip of last decisions has filled
            gold_plan.change(session, dataset, gold_plan.GoldPlan(gold_share=0.5))
        page = desk_of(bob, dataset)
        sample = samples[int(re.findall(r'data-subject="(\d+)"', page)[0])]
        slot = re.findall(r'name="slot" value="(\d+)"', page)[0]
        data = {"slot": slot, "key": f"press number {number}", "decision": "approve"}
        following = bob.htmx(f"/datasets/{dataset.id}/review", "POST", data=data).text
        if number >= 10:
            looks[sample is known].append(anonymous_html(page, sample))
            after[sample is known].append(
                anonymous_html(following, samples[int(re.findall(r'data-subject="(\d+)"', following)[0])])
            )
    assert len(looks[True]) == 1
    assert set(looks[True]) == set(looks[False])
    assert set(after[True]) == set(after[False])


def test_practice_is_told_and_followed_by_the_answer(
    session: Session, dataset: Dataset, lena: Browser, bob: Browser
) -> None:
    corpus = factories.make_corpus(session, dataset)
    known = factories.make_samples(session, corpus, 2, state=SampleState.APPROVED)
    for sample in known:
        gold.mark(session, dataset, lena.user, sample.id, A, "The leaflet <says> so.")  # type: ignore[arg-type]
    queued(session, dataset, 1)
    gold_plan.change(session, dataset, gold_plan.GoldPlan(calibration=2))
    page = desk_of(bob, dataset)
    assert "You begin with 2\u00a0practice samples." in page
    slot = re.findall(r'name="slot" value="(\d+)"', page)[0]
    answered = bob.htmx(
        f"/datasets/{dataset.id}/review",
        "POST",
        data={"slot": slot, "key": "press number 1", "decision": "reject", "reason": "wrong"},
    ).text
    assert "Practice: your team would approve it; you would reject it." in answered
    assert "The leaflet &lt;says&gt; so." in answered
    assert "1\u00a0practice sample done, 1 to go." in answered
    assert "Someone else had this sample" not in answered
    assert bob.post(f"/datasets/{dataset.id}/review/undo").status_code == 409


def test_the_gold_page_and_a_desk_that_rests(session: Session, dataset: Dataset, lena: Browser, bob: Browser) -> None:
    corpus = factories.make_corpus(session, dataset)
    for sample in factories.make_samples(session, corpus, 8, state=SampleState.APPROVED):
        gold.mark(session, dataset, lena.user, sample.id, A, "Because.")  # type: ignore[arg-type]
    queued(session, dataset, 30)
    page = f"/datasets/{dataset.id}/quality/gold"
    values = {"gold_share": "50", "calibration": "0", "least_accuracy": "80", "gold_window": "20", "least_alike": "0"}
    refused = lena.post(page, data=values | {"gold_share": "70"})
    assert refused.status_code == 422
    assert "Enter 50 or less." in refused.text
    assert lena.post(page, data=values).status_code == 303
    assert dataset.review_plan["gold_share"] == 0.5
    for number in range(30):
        desk = desk_of(bob, dataset)
        slot = re.findall(r'name="slot" value="(\d+)"', desk)
        if not slot:
            break
        bob.post(
            f"/datasets/{dataset.id}/review",
            data={"slot": slot[0], "key": f"press number {number}", "decision": "reject", "reason": "wrong"},
        )
    assert "Your desk rests for now" in desk_of(bob, dataset)
    shown = lena.get(page).text
    assert "Bob</span>’s desk rests" in shown
    assert "0\u00a0%, between 0\u00a0% and 43\u00a0%" in shown
    assert bob.user is not None
    assert lena.post(f"{page}/people/{bob.user.id}/go-on").status_code == 303
    assert "Your desk rests for now" not in desk_of(bob, dataset)
    assert "desk rests" not in lena.get(page).text


def test_an_expert_sees_nothing_of_gold_on_any_page_of_theirs(dataset: Dataset, bob: Browser) -> None:
    for page in ("/quality/gold", "/quality/agreement", "/quality/adjudicate", "/quality/agreement/differing"):
        assert bob.get(f"/datasets/{dataset.id}{page}").status_code == 403


def test_causes_have_words(dataset: Dataset) -> None:
    assert {cause for cause, _ in CAUSES} == set(Cause)
    assert R is Decision.REJECT
