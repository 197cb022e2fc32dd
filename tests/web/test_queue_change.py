"""A plan that many samples have to follow: the page says so, shows how far it is, and that it is done; it can be stopped."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.models import Dataset, Job, JobState, Slot, SlotState
from app.services import replanning
from tests.conftest import Browser
from tests.services.test_lanes import waiting
from tests.web.test_quality import PLAN, path


@pytest.fixture(autouse=True)
def _long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replanning, "FEW", 3)


def free(session: Session) -> int:
    return session.scalar(select(func.count(Slot.id)).where(Slot.state == SlotState.OPEN)) or 0


def move(session: Session, stage: int, done: int) -> None:
    """As a worker would have it by now."""
    session.execute(text("UPDATE jobs SET state = 'running', stage = :stage"), {"stage": stage})
    session.execute(text("DELETE FROM shards"))
    session.execute(
        text("""
        INSERT INTO shards (job_id, stage, number, state, done, total, started_at, heartbeat_at)
        SELECT id, :stage, 0, 'running', :done, 40, now(), now() FROM jobs
    """),
        {"stage": stage, "done": done},
    )
    session.flush()


def test_the_page_says_what_is_going_on_until_it_is_done(dora: Browser, session: Session, dataset: Dataset) -> None:
    waiting(session, dataset, 40)
    assert dora.post(path(dataset, "/plan"), data=PLAN).status_code == 303
    assert free(session) == 40

    page = dora.get(path(dataset, "/plan?saved=true")).text
    assert "The queue follows it step by step." in page
    assert "The change waits for a worker." in page
    assert "judged by 2 experts" in page

    move(session, 0, 10)
    page = dora.get(path(dataset, "/plan")).text
    assert 'Places for the new number of reviews are being added and closed</span>: <span class="num">25\u00a0%' in page
    assert 'hx-trigger="every 2s"' in page
    move(session, 1, 17)
    part = dora.htmx(path(dataset, "/queue")).text
    assert 'The queue is being put in the new order</span>: <span class="num">42\u00a0%' in part
    assert part.strip().startswith('<div id="queue-change"')
    for elsewhere in ("/quality", "/settings", f"/corpora/{session.scalar(text('SELECT max(id) FROM corpora'))}"):
        assert "The queue is being put in the new order" in dora.get(f"/datasets/{dataset.id}{elsewhere}").text

    session.execute(text("UPDATE jobs SET state = 'succeeded', stage = 2, finished_at = now()"))
    part = dora.htmx(path(dataset, "/queue")).text
    assert "The queue follows the plan." in part
    assert "every 2s" not in part
    session.execute(text("UPDATE jobs SET finished_at = now() - interval '1 hour'"))
    assert "queue-change" not in dora.get(path(dataset, "/plan")).text
    assert "Nothing is being changed" in dora.get(path(dataset, "/queue")).text


def test_it_can_be_stopped_and_gone_on_with(dora: Browser, lena: Browser, session: Session, dataset: Dataset) -> None:
    waiting(session, dataset, 5)
    dora.post(path(dataset, "/plan"), data=PLAN)
    page = lena.get(path(dataset, "/plan")).text
    assert "The change waits for a worker." in page
    assert "/quality/queue/stop" not in page
    assert "/quality/queue/stop" in dora.get(path(dataset, "/plan")).text

    assert dora.post(path(dataset, "/queue/stop")).status_code == 303
    assert session.scalars(select(Job.state)).one() is JobState.CANCELLED
    assert "The queue follows the plan in part." in dora.get(path(dataset, "/plan")).text
    assert "Go on with the change" not in lena.get(path(dataset, "/plan")).text
    dora.post(path(dataset, "/order"))
    assert session.scalars(select(Job.state).order_by(Job.id)).all() == [JobState.CANCELLED, JobState.QUEUED]


def test_settings_and_a_corpus_s_field_start_the_same_work(dora: Browser, session: Session, dataset: Dataset) -> None:
    (sample, *_) = waiting(session, dataset, 5)
    goes_to = f"/datasets/{dataset.id}/corpora/{sample.corpus_id}/goes-to"
    assert dora.post(goes_to, data={"field": "Cardiology", "for_group": ""}).status_code == 303
    settings = {"name": dataset.name, "purpose": "task", "form": "instruction", "reviews_per_sample": "3"}
    assert dora.post(f"/datasets/{dataset.id}/settings", data=settings).status_code == 303

    found = session.execute(select(Job.state, Job.params).order_by(Job.id)).all()
    assert [tuple(row) for row in found] == [
        (JobState.CANCELLED, {"fit": False, "order": True}),
        (JobState.QUEUED, {"fit": True, "order": True}),
    ]
