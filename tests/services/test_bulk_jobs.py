"""Very many samples at once as durable work: step by step, stopped, gone on with, undone; and all or none of a stratum."""

import pytest
from sqlalchemy import func, select

import app.services.kinds  # noqa: F401 - makes every kind of job known
from app import db, queue
from app.models import (
    Acceptance,
    AcceptanceState,
    BulkAction,
    Dataset,
    Decision,
    Job,
    JobState,
    Review,
    Sample,
    SampleState,
    Slot,
    SlotPurpose,
    User,
)
from app.services import (
    acceptance,
    acceptance_jobs,
    answering_many,
    bulk,
    bulk_jobs,
    bulk_undo,
    jobs,
    reviewing,
    working,
)
from app.services.errors import Conflict
from app.services.strata import Stratum
from tests.services.standing import fingerprint
from tests.services.test_acceptance import judge
from tests.services.test_reviewing_races import prepare

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "send", lambda job_id, count=1: None)
    monkeypatch.setattr(bulk, "AT_ONCE", 20)
    monkeypatch.setattr(bulk_jobs, "STEP", 20)
    monkeypatch.setattr(acceptance, "AT_ONCE", 20)


def decide(dataset_id: int, person_id: int) -> int:
    with db.transaction() as session:
        dataset, person = session.get_one(Dataset, dataset_id), session.get_one(User, person_id)
        made = bulk.decide(session, dataset, person, Stratum(), Decision.APPROVE, idempotency_key="a bulk", audits=3)
        assert made.job_id is not None
        return made.id


def undo(dataset_id: int, bulk_id: int, person_id: int) -> BulkAction:
    with db.transaction() as session:
        return bulk_undo.undo(session, session.get_one(Dataset, dataset_id), bulk_id, session.get_one(User, person_id))


def work(job_id: int | None) -> Job:
    assert job_id is not None
    working.work(db.session_factory(), job_id, "test")
    with db.transaction() as session:
        return session.get_one(Job, job_id)


def get(bulk_id: int) -> BulkAction:
    with db.transaction() as session:
        return session.get_one(BulkAction, bulk_id)


def state_of_rows() -> tuple[str, str]:
    with db.transaction() as session:
        return fingerprint(session)


def test_all_are_decided_and_given_back_step_by_step() -> None:
    dataset_id, (lead,) = prepare(90, 1)
    before = state_of_rows()
    bulk_id = decide(dataset_id, lead)
    assert state_of_rows() == before
    assert work(get(bulk_id).job_id).state is JobState.SUCCEEDED
    done = get(bulk_id)
    assert (done.count, done.settled, done.audits, done.finished_at is not None) == (90, 90, 3, True)
    with db.transaction() as session:
        assert len(set(session.scalars(select(Review.created_at)))) == 5  # transactions
    undone = undo(dataset_id, bulk_id, lead)
    assert undone.undone_at is None
    assert work(undone.job_id).state is JobState.SUCCEEDED
    assert get(bulk_id).undone == {"restored": 90, "left": 0}
    assert state_of_rows() == before


def test_what_was_decided_until_it_was_stopped_can_be_undone() -> None:
    dataset_id, (lead,) = prepare(90, 1)
    before = state_of_rows()
    bulk_id = decide(dataset_id, lead)
    job_id = get(bulk_id).job_id
    assert job_id is not None
    stop_after(job_id, 40)
    done = get(bulk_id)
    assert (done.count, done.audits) == (40, 3)
    work(undo(dataset_id, bulk_id, lead).job_id)
    assert state_of_rows() == before
    with pytest.raises(Conflict, match="undone already"):
        undo(dataset_id, bulk_id, lead)


def stop_after(job_id: int, count: int) -> None:
    """Work until so many are done, then ask it to stop, as a person does on the page."""
    real = answering_many.answer
    seen = 0

    def answer(session, dataset, action, ids):  # type: ignore[no-untyped-def]
        nonlocal seen
        if seen >= count:
            with db.transaction() as other:
                jobs.cancel(other, other.get_one(Job, job_id))
        seen += len(ids)
        return real(session, dataset, action, ids)

    answering_many.answer = answer
    try:
        assert work(job_id).state is JobState.CANCELLED
    finally:
        answering_many.answer = real


def test_an_undo_that_ended_before_its_time_goes_on_where_it_was() -> None:
    dataset_id, (lead,) = prepare(90, 1)
    before = state_of_rows()
    bulk_id = decide(dataset_id, lead)
    work(get(bulk_id).job_id)
    first = undo(dataset_id, bulk_id, lead)
    assert first.job_id is not None
    with db.transaction() as session:
        action = session.get_one(BulkAction, bulk_id)
        ids = bulk_undo.members(session, action)[:20]
        bulk_undo.restore(session, session.get_one(Dataset, dataset_id), action, ids)
        jobs.cancel(session, session.get_one(Job, first.job_id))
    again = undo(dataset_id, bulk_id, lead)
    work(again.job_id)
    assert get(bulk_id).undone == {"restored": 90, "left": 0}
    assert state_of_rows() == before


def start(dataset_id: int, lead: int, tolerable: float = 0.2) -> Acceptance:
    with db.transaction() as session:
        return acceptance.start(
            session,
            session.get_one(Dataset, dataset_id),
            session.get_one(User, lead),
            Stratum(),
            name="All",
            tolerable=tolerable,
            confidence=0.9,
        )


def act(dataset_id: int, one: Acceptance, wanted: acceptance_jobs.Act, lead: int) -> Acceptance:
    with db.transaction() as session:
        dataset, person = session.get_one(Dataset, dataset_id), session.get_one(User, lead)
        return acceptance_jobs.act(session, dataset, one.id, wanted, person)


def state(one: Acceptance) -> AcceptanceState:
    with db.transaction() as session:
        return session.get_one(Acceptance, one.id).state


def test_a_large_stratum_is_drawn_accepted_and_taken_back_by_a_job() -> None:
    dataset_id, (lead, expert) = prepare(100, 2)
    before = state_of_rows()
    one = start(dataset_id, lead)
    assert (one.state, one.population) == (AcceptanceState.DRAWING, 100)
    with pytest.raises(Conflict, match="being worked on"):
        act(dataset_id, one, "withdraw", lead)
    assert work(one.job_id).state is JobState.SUCCEEDED
    assert state(one) is AcceptanceState.JUDGING
    with pytest.raises(Conflict, match="not judged yet"):
        act(dataset_id, one, "accept", lead)
    with db.transaction() as session:
        judge(session, session.get_one(Dataset, dataset_id), session.get_one(User, expert))
    judged = state_of_rows()
    work(act(dataset_id, one, "accept", lead).job_id)
    assert state(one) is AcceptanceState.ACCEPTED
    with db.transaction() as session:
        assert set(session.scalars(select(Sample.state))) == {SampleState.APPROVED}
        assert session.get_one(Acceptance, one.id).certificate["approved"] == 100
    work(act(dataset_id, one, "take_back", lead).job_id)
    assert (state(one), state_of_rows()) == (AcceptanceState.JUDGING, judged)
    work(act(dataset_id, one, "withdraw", lead).job_id)
    assert state(one) is AcceptanceState.WITHDRAWN
    assert before != judged
    with db.transaction() as session:
        left = select(func.count()).where(Slot.state.in_(["open", "leased"]), Slot.purpose == SlotPurpose.REVIEW)
        assert session.scalar(left) == session.scalar(select(func.count()).where(Sample.state == SampleState.QUEUED))


def test_a_draw_that_finds_nothing_any_more_says_so_and_holds_nothing() -> None:
    dataset_id, (lead, expert) = prepare(30, 2)
    one = start(dataset_id, lead)
    with db.transaction() as session:
        reviewing.next_slots(session, session.get_one(Dataset, dataset_id), session.get_one(User, expert), 30)
    job = work(one.job_id)
    assert (job.state, "nothing to accept" in (job.error or "")) == (JobState.FAILED, True)
    assert state(one) is AcceptanceState.WITHDRAWN
    with db.transaction() as session:
        assert set(session.scalars(select(Slot.state))) == {"leased"}
