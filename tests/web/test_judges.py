"""Model judges: what an admin sets up, what a lead sees, and what an expert does not see before agreement is measured."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.curation.judge.criterion import JudgeKind
from app.curation.rubric import loaded
from app.models import (
    Dataset,
    Decision,
    Job,
    Judge,
    JudgeRun,
    JudgeScore,
    JudgeVersion,
    ModelEndpoint,
    Sample,
    SampleState,
    ScoreState,
    Suggestion,
)
from app.services import judges, reviewing, rubrics, suggesting
from app.services.judges import Draft
from tests import factories
from tests.conftest import Browser
from tests.factories_generating import make_endpoint

RATING = {"kind": "rating", "key": "truth", "title": "How true is it?", "required": False}


@pytest.fixture
def endpoint(session: Session) -> ModelEndpoint:
    return make_endpoint(session, "http://127.0.0.1:9/v1")


@pytest.fixture
def judge(session: Session, dataset: Dataset, endpoint: ModelEndpoint) -> Judge:
    rubrics.save(session, dataset, factories.make_user(session), loaded([RATING]), 0)
    draft = Draft(endpoint.id, "Is it true?", ("Read it.", "Judge it."), question="truth")
    return judges.add(session, dataset, "Truthfulness of answers", JudgeKind.SCORE, draft)


@pytest.fixture
def samples(session: Session, dataset: Dataset, judge: Judge) -> list[Sample]:
    """Forty in the queue, all judged: every third is called false. The first is on top of the desk."""
    made = factories.make_samples(session, factories.make_corpus(session, dataset), 40, state=SampleState.QUEUED)
    version = judges.version_of(session, judge)
    run = JudgeRun(version_id=version.id, samples=40)
    session.add(run)
    session.flush()
    for at, sample in enumerate(made):
        score = {"run_id": run.id, "content_hash": b"", "state": ScoreState.JUDGED, "score": 5.0 if at % 3 else 1.0}
        session.add(JudgeScore(version_id=version.id, sample_id=sample.id, **score))
    session.flush()
    reviewing.open_slots(session, dataset, select(Sample.id).where(Sample.id == made[0].id))
    suggesting.choose(session, dataset, "before")
    return made


def decided(session: Session, samples: list[Sample]) -> None:
    """An expert has rated all but the first, nearly as the judge has."""
    expert = factories.make_user(session)
    for at, sample in enumerate(samples[1:], 1):
        good = bool(at % 3) or at == 9
        decision = Decision.APPROVE if good else Decision.REJECT
        factories.make_review(session, sample, expert, decision, number=2, answers={"truth": 4 if good else 2})


def home(dataset: Dataset) -> str:
    return f"/datasets/{dataset.id}/quality/judges"


def page(dataset: Dataset, judge: Judge, more: str = "") -> str:
    return f"{home(dataset)}/{judge.id}{more}"


def test_an_admin_sets_up_a_judge_from_a_usual_criterion(
    alice: Browser, session: Session, dataset: Dataset, endpoint: ModelEndpoint
) -> None:
    assert "Faithfulness to the passage" in alice.get(f"{home(dataset)}/new?start=2").text
    form = {"name": "Faithful", "kind": "score", "endpoint": str(endpoint.id), "judged": "", "steps": "One\r\n\r\nTwo"}
    refused = alice.post(f"{home(dataset)}/new", data=form)
    assert refused.status_code == 422
    assert "Say what is judged." in refused.text
    answer = alice.post(f"{home(dataset)}/new", data=form | {"judged": "Is it so?"}, follow_redirects=False)
    assert answer.status_code == 303
    shown = alice.get(answer.headers["Location"]).text
    assert "Is it so?" in shown
    assert "Not yet measured." in shown
    [version] = session.scalars(select(JudgeVersion)).all()
    assert version.steps == ["One", "Two"]


def test_a_change_is_a_new_version_without_a_past(
    alice: Browser, session: Session, dataset: Dataset, judge: Judge, samples: list[Sample], endpoint: ModelEndpoint
) -> None:
    decided(session, samples)
    assert "Correlation of ranks" in alice.get(page(dataset, judge)).text
    form = {"endpoint": str(endpoint.id), "judged": "Is it really true?", "steps": "", "question": "truth"}
    alice.post(page(dataset, judge, "/change"), data=form)
    newest = alice.get(page(dataset, judge)).text
    assert "Is it really true?" in newest
    assert "Not yet measured." in newest
    assert "Correlation of ranks" in alice.get(page(dataset, judge, "?version=1")).text


def test_a_lead_sees_agreement_with_how_sure_it_is(
    lena: Browser, session: Session, dataset: Dataset, judge: Judge, samples: list[Sample]
) -> None:
    assert "30 are needed" in lena.get(page(dataset, judge)).text
    assert "not yet measured" in lena.get(home(dataset)).text
    decided(session, samples)
    shown = lena.get(page(dataset, judge)).text
    assert "Weighted kappa" in shown or "weighted kappa" in shown
    assert 'role="img" aria-label="The judge’s score, then what experts say' in shown
    assert "between" in lena.get(home(dataset)).text


def test_an_expert_sees_nothing_before_agreement_is_measured(
    bob: Browser, lena: Browser, session: Session, dataset: Dataset, judge: Judge, samples: list[Sample]
) -> None:
    desk = f"/datasets/{dataset.id}/review"
    for address in (home(dataset), page(dataset, judge)):
        assert bob.get(address).status_code == 403
    refused = lena.post(page(dataset, judge, "/share"), data={"shown": "yes"})
    assert refused.status_code == 409
    assert "not measured yet" in refused.text
    assert bob.post(page(dataset, judge, "/share"), data={"shown": "yes"}).status_code == 403
    assert judge.name not in bob.get(desk).text
    decided(session, samples)
    assert judge.name not in bob.get(desk).text, "measured, but no lead has said so"
    lena.post(page(dataset, judge, "/share"), data={"shown": "yes"})
    shown = bob.get(desk).text
    assert judge.name in shown
    assert "on 39 samples" in shown, "its agreement stands beside its name"
    lena.post(page(dataset, judge, "/share"), data={"shown": "no"})
    assert judge.name not in bob.get(desk).text
    assert session.scalar(select(func.count()).select_from(Suggestion)) == 0


def test_a_judge_of_decisions_has_nothing_to_show(
    lena: Browser, session: Session, dataset: Dataset, judge: Judge, samples: list[Sample]
) -> None:
    judges.version_of(session, judge).question = ""
    decided(session, samples)
    shown = lena.get(page(dataset, judge)).text
    assert "Correlation of ranks" in shown
    assert "Show it to experts" not in shown
    assert lena.post(page(dataset, judge, "/share"), data={"shown": "yes"}).status_code == 409


def test_charlie_learns_nothing(charlie: Browser, dataset: Dataset, judge: Judge) -> None:
    assert charlie.get(home(dataset)).status_code == 404
    assert charlie.get(page(dataset, judge)).status_code == 404


def test_a_judge_of_another_dataset_is_not_found(alice: Browser, session: Session, judge: Judge) -> None:
    other = factories.make_dataset(session)
    assert alice.get(page(other, judge)).status_code == 404


def test_a_round_is_started_and_stopped(
    alice: Browser, lena: Browser, session: Session, dataset: Dataset, judge: Judge, endpoint: ModelEndpoint
) -> None:
    nothing = alice.post(page(dataset, judge, "/start"), data={"which": "queued"})
    assert "no such sample that this version has not judged yet" in nothing.text
    factories.make_samples(session, factories.make_corpus(session, dataset), 3, state=SampleState.QUEUED)
    assert lena.post(page(dataset, judge, "/start"), data={"which": "queued"}).status_code == 403
    started = alice.post(page(dataset, judge, "/start"), data={"which": "queued", "limit": "2"}, follow_redirects=False)
    assert started.status_code == 303
    assert 'hx-trigger="every 2s"' in alice.get(page(dataset, judge)).text
    again = alice.post(page(dataset, judge, "/start"), data={"which": "queued"})
    assert "at work already" in again.text
    alice.post(page(dataset, judge, "/stop"))
    assert "hx-trigger" not in alice.get(page(dataset, judge)).text.partition('id="state"')[2][:200]
    assert session.scalar(select(Job.params["limit"].as_integer())) == 2


def test_a_paid_model_needs_a_budget(
    alice: Browser, session: Session, dataset: Dataset, judge: Judge, endpoint: ModelEndpoint
) -> None:
    endpoint.price_in = Decimal(1)
    factories.make_samples(session, factories.make_corpus(session, dataset), 3, state=SampleState.QUEUED)
    refused = alice.post(page(dataset, judge, "/start"), data={"which": "queued"})
    assert refused.status_code == 422
    assert "Say what it may cost at most" in refused.text


def test_who_may(bob: Browser, dataset: Dataset, judge: Judge) -> None:
    for more in ("/change", "/start", "/stop", "/share"):
        assert bob.post(page(dataset, judge, more)).status_code == 403
