"""Progress, plan, batches, pause, and who reviews what: as people use them."""

import csv
import io
import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Batch, Dataset, Decision, Membership, Review, SampleState, Slot, SlotState
from app.services import queue_health, review_plan
from tests import factories
from tests.conftest import Browser
from tests.services.test_lanes import waiting
from tests.services.test_reviewing import answer

PLAN = {
    "reviews_per_sample": "2", "more": "3", "more_percent": "10", "order": "random", "coverage_by": "corpus", "seed": "9",
    "passed_on_by": "2", "pace_minutes_idle": "4", "hourly_cost": "80.5", "currency": "CHF", "due_on": "2031-05-06",
}  # fmt: skip


def path(dataset: Dataset, rest: str = "") -> str:
    return f"/datasets/{dataset.id}/quality{rest}"


def test_the_page_says_how_far_it_is_and_when_it_is_done(
    lena: Browser, bob: Browser, session: Session, dataset: Dataset
) -> None:
    waiting(session, dataset, 4, name="Clinic chats")
    assert bob.user is not None
    answer(session, dataset, bob.user)

    page = lena.get(path(dataset)).text

    assert "1</span> of 4 kept samples are decided" in page
    assert "it is done about <b>" in page
    assert "Clinic chats" in page
    assert "Sound: the first five are 0" in page
    assert "today last: " + "0, " * 13 + "1." in page


def test_the_places_of_very_many_samples_are_counted_when_asked(
    lena: Browser, session: Session, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(session, dataset, 4)
    monkeypatch.setattr(queue_health, "AT_ONCE", 3)

    page = lena.get(path(dataset)).text
    assert "Count the queue" in page
    assert "counted just now" not in page
    assert "Sound: the first five are 0, counted just now" in lena.get(path(dataset, "?counted=true")).text
    assert json.loads(lena.get(path(dataset, "/progress.json")).content)["queue"]["missing"] == 0


def test_an_empty_dataset_says_what_comes_next(lena: Browser, dataset: Dataset) -> None:
    assert "Nothing waits for review yet" in lena.get(path(dataset)).text


def test_files_hold_every_figure_and_run_nothing(lena: Browser, session: Session, dataset: Dataset) -> None:
    waiting(session, dataset, 2, name='=HYPERLINK("http://x")')
    factories.join(session, dataset, factories.make_user(session, "@mallory"))

    answered = lena.get(path(dataset, "/progress.csv"))
    rows = list(csv.DictReader(io.StringIO(answered.content.decode("utf-8-sig"))))
    assert not [value for row in rows for value in row.values() if value.startswith(("=", "+", "-", "@", "\t"))]
    kept = {row["of"]: row["value"] for row in rows if row["part"] == "corpus" and row["figure"] == "Kept"}
    assert kept == {'\'=HYPERLINK("http://x")': "2"}
    assert all(row["meaning"] for row in rows)
    assert "attachment" in answered.headers["Content-Disposition"]

    found = json.loads(lena.get(path(dataset, "/progress.json")).content)
    assert found["queue"]["surplus"] == 0
    assert found["corpus"]['=HYPERLINK("http://x")']["waiting"] == 2
    assert found["expert"]["@mallory"]["answers"] == 0


def test_a_pause_is_kind_and_ends(lena: Browser, bob: Browser, session: Session, dataset: Dataset) -> None:
    waiting(session, dataset, 1)
    assert lena.post(path(dataset, "/pause"), data={"pause": "yes"}).status_code == 303
    assert "Reviewing is paused since" in lena.get(path(dataset)).text
    desk = bob.get(f"/datasets/{dataset.id}/review").text
    assert "Reviewing is paused" in desk
    assert "Everything you have answered is saved" in desk

    lena.post(path(dataset, "/pause"), data={"pause": "no"})
    assert "Not my field" in bob.get(f"/datasets/{dataset.id}/review").text


def test_a_plan_is_saved_and_the_queue_follows(dora: Browser, session: Session, dataset: Dataset) -> None:
    waiting(session, dataset, 40)
    assert dora.post(path(dataset, "/plan"), data=PLAN).status_code == 303

    page = dora.get(path(dataset, "/plan?saved=true")).text
    assert "judged by 2 experts. 10 % of them, drawn by lot, by 3" in page
    assert 'value="80.5"' in page
    plan = review_plan.load(session.get_one(Dataset, dataset.id))
    assert (plan.order, plan.seed, plan.more_share) == (review_plan.Order.RANDOM, 9, 0.1)
    places = session.scalars(select(Slot.rank).where(Slot.state == SlotState.OPEN)).all()
    assert len(places) > 80
    assert len(set(places)) == 40


def test_a_plan_that_cannot_be_is_shown_again(dora: Browser, lena: Browser, dataset: Dataset) -> None:
    answered = dora.post(path(dataset, "/plan"), data={**PLAN, "more_percent": "120"})
    assert answered.status_code == 422
    assert 'value="120"' in answered.text
    assert "Save the plan" not in lena.get(path(dataset, "/plan")).text


def test_the_queue_can_be_put_in_order_again(dora: Browser, session: Session, dataset: Dataset) -> None:
    waiting(session, dataset, 2)
    assert dora.post(path(dataset, "/order")).status_code == 303


def test_a_batch_is_made_seen_and_dissolved(dora: Browser, bob: Browser, session: Session, dataset: Dataset) -> None:
    waiting(session, dataset, 3)
    form = {"name": "Cardiology", "words": "", "corpus_id": "", "most": "2", "for_group": "", "due_on": "2031-05-06"}
    assert dora.post(path(dataset, "/batches"), data=form).status_code == 303
    assert dora.post(path(dataset, "/batches"), data=form).status_code == 422

    assert "0 of 2" in dora.get(path(dataset, "/batches")).text
    desk = bob.get(f"/datasets/{dataset.id}/review").text
    assert '<b dir="auto">Cardiology</b> due 6\u00a0May 2031: <span class="num">2</span> of 2 left' in desk
    batch = session.scalars(select(Batch)).one()
    assert dora.post(path(dataset, f"/batches/{batch.id}/remove")).status_code == 303
    assert "There are no batches" in dora.get(path(dataset, "/batches")).text


def test_not_my_field_is_one_press(bob: Browser, session: Session, dataset: Dataset) -> None:
    first, second = waiting(session, dataset, 2)
    page = bob.get(f"/datasets/{dataset.id}/review").text
    assert 'data-key="n"' in page
    slot = session.scalars(select(Slot).where(Slot.sample_id == first.id)).one()
    form = {"slot": str(slot.id), "key": "some-key", "decision": "skip", "reason": "field"}
    bob.post(f"/datasets/{dataset.id}/review", data=form)

    review = session.scalars(select(Review)).one()
    assert (review.decision, review.reason) == (Decision.SKIP, "field")
    assert second.answer in bob.get(f"/datasets/{dataset.id}/review").text


def test_the_lead_sends_on_what_is_nobody_s_field(lena: Browser, session: Session, dataset: Dataset) -> None:
    (sample,) = waiting(session, dataset)
    for _ in range(2):
        expert = factories.make_user(session)
        factories.join(session, dataset, expert)
        answer(session, dataset, expert, Decision.SKIP, reason="field")
    assert sample.question in lena.get(path(dataset)).text

    assert lena.post(path(dataset, "/field"), data={"sample": sample.id, "field": ""}).status_code == 422
    assert lena.post(path(dataset, "/field"), data={"sample": sample.id, "field": "surgery"}).status_code == 303
    assert sample.question not in lena.get(path(dataset)).text
    elsewhere = factories.make_samples(
        session, factories.make_corpus(session, factories.make_dataset(session)), state=SampleState.QUEUED
    )[0]
    assert lena.post(path(dataset, "/field"), data={"sample": elsewhere.id, "field": "x"}).status_code == 404


def test_experts_declare_for_themselves_and_admins_for_all(
    bob: Browser, dora: Browser, charlie: Browser, session: Session, dataset: Dataset
) -> None:
    assert bob.user is not None

    def declared() -> Membership:
        return session.get_one(Membership, (dataset.id, bob.user.id), populate_existing=True)

    own = {"dataset": dataset.id, "languages": "en, de", "fields": "Cardiology"}
    assert bob.post("/account/serves", data=own).status_code == 303
    assert (declared().languages, declared().fields) == (["en", "de"], ["cardiology"])
    assert 'value="en, de"' in bob.get("/account").text

    assert bob.post("/account/serves", data={**own, "languages": "xx1"}).status_code == 422
    assert bob.post("/account/serves", data={**own, "groups": "board"}).status_code == 422
    assert charlie.post("/account/serves", data=own).status_code == 404

    people = f"/datasets/{dataset.id}/people"
    given = {"languages": "", "fields": "", "groups": "Board"}
    assert dora.post(f"{people}/{bob.user.id}/serves", data=given).status_code == 303
    assert (declared().languages, declared().groups) == ([], ["board"])
    assert "Groups: board" in dora.get(people).text


def test_a_corpus_goes_to_a_field(dora: Browser, bob: Browser, session: Session, dataset: Dataset) -> None:
    (sample,) = waiting(session, dataset)
    assert bob.user is not None
    bob.post("/account/serves", data={"dataset": dataset.id, "languages": "", "fields": "surgery"})
    corpus = f"/datasets/{dataset.id}/corpora/{sample.corpus_id}"
    assert dora.post(f"{corpus}/goes-to", data={"field": "Cardiology", "for_group": ""}).status_code == 303

    assert "experts of cardiology" in dora.get(corpus).text
    assert "Nothing is left for you" in bob.get(f"/datasets/{dataset.id}/review").text
