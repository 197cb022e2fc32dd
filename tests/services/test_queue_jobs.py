"""A long queue is brought to a changed plan step by step: experts go on, exact N holds, and the last change is what counts."""

import threading
from collections import Counter
from functools import partial
from itertools import count

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

import app.services.kinds  # noqa: F401 - makes every kind of job known
from app import db, queue
from app.models import (
    Dataset,
    Decision,
    Job,
    JobState,
    Lane,
    Review,
    Sample,
    SampleState,
    Slot,
    SlotState,
    User,
)
from app.services import (
    batches,
    jobs,
    placing,
    queue_health,
    queue_jobs,
    queue_order,
    replanning,
    reviewing,
    reviewing_plan,
    working,
)
from app.services.replanning import Asked
from tests.services.engine import forsake, hurry, together
from tests.services.test_reviewing_races import prepare, press


@pytest.fixture(autouse=True)
def _small(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hurry()
    monkeypatch.setattr(queue, "send", lambda job_id, count=1: None)
    monkeypatch.setattr(replanning, "FEW", 20)
    monkeypatch.setattr(queue_jobs, "STEP", 20)
    monkeypatch.setattr(queue_jobs, "PATIENCE", 0.02)


def change(dataset_id: int, reviews: int = 1, **values: object) -> int:
    """Change the plan as the page does. Returns the job's number."""
    with db.transaction() as session:
        reviewing_plan.change(session, session.get_one(Dataset, dataset_id), reviews_per_sample=reviews, **values)
    return job_of(dataset_id).id


def job_of(dataset_id: int) -> Job:
    with db.transaction() as session:
        found = replanning.latest(session, session.get_one(Dataset, dataset_id))
        assert found is not None
        return found


def work(job_id: int) -> Job:
    working.work(db.session_factory(), job_id, "test")
    with db.transaction() as session:
        return session.get_one(Job, job_id)


def places(session: Session) -> dict[int, Counter[str]]:
    """By sample, its places by state."""
    found: dict[int, Counter[str]] = {}
    for sample_id, state in session.execute(select(Slot.sample_id, Slot.state)):
        found.setdefault(sample_id, Counter())[state] += 1
    return found


def order(dataset_id: int) -> list[int]:
    with db.transaction() as session:
        mine = Slot.dataset_id == dataset_id, Slot.state == SlotState.OPEN
        return list(session.scalars(select(Slot.sample_id).where(*mine).order_by(Slot.rank, Slot.id)))


def health(dataset_id: int) -> queue_health.QueueHealth:
    with db.transaction() as session:
        return queue_health.of(session, session.get_one(Dataset, dataset_id))


def shuffled_anew(dataset_id: int) -> list[int]:
    """The order that arranging all at once gives."""
    with db.transaction() as session:
        queue_order.arrange(session, session.get_one(Dataset, dataset_id))
    return order(dataset_id)


class Killed(BaseException):
    """As if the process had been killed: nothing catches it."""


def kill_at(monkeypatch: pytest.MonkeyPatch, where: object, name: str, step: int) -> None:
    real, calls = getattr(where, name), count(1)

    def dies(*args: object, **options: object) -> object:
        done = real(*args, **options)
        if next(calls) == step:
            raise Killed
        return done

    monkeypatch.setattr(where, name, dies)


def test_a_long_queue_follows_step_by_step_and_a_short_one_at_once() -> None:
    dataset_id, _ = prepare(90, 0)
    job_id = change(dataset_id, 2, order="random", seed=3)
    with db.transaction() as session:
        assert set(map(str, places(session).values())) == {"Counter({<SlotState.OPEN: 'open'>: 1})"}
    assert work(job_id).state is JobState.SUCCEEDED
    with db.transaction() as session:
        assert all(found == {"open": 2} for found in places(session).values())
        done = session.execute(text("SELECT done, total FROM shards ORDER BY stage")).all()
    assert [tuple(row) for row in done] == [(90, 90), (90, 90)]
    assert order(dataset_id) == shuffled_anew(dataset_id)

    short_id, _ = prepare(20, 0)
    with db.transaction() as session:
        short = session.get_one(Dataset, short_id)
        reviewing_plan.change(session, short, reviews_per_sample=3, order="random", seed=3)
        assert replanning.latest(session, short) is None
    assert len(order(short_id)) == 60
    assert order(short_id) == shuffled_anew(short_id)


@pytest.mark.parametrize("stage", ["fit", "place"])
def test_a_worker_killed_in_the_middle_loses_nothing_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    dataset_id, _ = prepare(90, 0)
    job_id = change(dataset_id, 2, order="random", seed=3)
    with monkeypatch.context() as patch:
        if stage == "fit":
            kill_at(patch, queue_jobs, "fit", 3)
        else:
            kill_at(patch, placing, "place", 3)
        with pytest.raises(Killed):
            working.work(db.session_factory(), job_id, "killed")
    forsake(job_id)
    with db.transaction() as session:
        shard = session.execute(text("SELECT checkpoint, done FROM shards WHERE state = 'running'")).one()
        assert shard.checkpoint["done"] == 40
        waiting = [len(found) for found in places(session).values()]
    assert len(waiting) == 90
    assert work(job_id).state is JobState.SUCCEEDED
    with db.transaction() as session:
        assert all(found == {"open": 2} for found in places(session).values())
    assert order(dataset_id) == shuffled_anew(dataset_id)


def test_of_two_changes_in_a_row_the_last_one_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_id, _ = prepare(90, 0)
    first = change(dataset_id, 3, order="random", seed=3)
    later: list[int] = []
    real, calls = queue_jobs.fit, count(1)

    def fit(*args: object) -> object:
        if next(calls) == 3:
            later.append(change(dataset_id, 2, order="random", seed=4))
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(queue_jobs, "fit", fit)
    assert work(first).state is JobState.CANCELLED
    with db.transaction() as session:
        assert sum(found == {"open": 3} for found in places(session).values()) == 40
    assert work(later[0]).state is JobState.SUCCEEDED
    with db.transaction() as session:
        assert all(found["open"] == 2 for found in places(session).values())
    assert order(dataset_id) == shuffled_anew(dataset_id)
    assert health(dataset_id).is_sound


def test_a_change_that_asks_for_less_takes_over_what_an_earlier_one_left() -> None:
    dataset_id, _ = prepare(90, 0)
    change(dataset_id, 2)
    later = change(dataset_id, 2, order="random", seed=4)
    work(later)
    with db.transaction() as session:
        assert all(found == {"open": 2} for found in places(session).values())


def test_two_who_change_the_plan_at_the_same_moment_leave_one_job() -> None:
    dataset_id, _ = prepare(60, 0)
    for number in range(10):
        together(*[partial(change, dataset_id, order="random", seed=10 * number + one) for one in range(4)])
        with db.transaction() as session:
            active = session.scalars(select(Job.id).where(Job.state.in_(jobs.ACTIVE))).all()
        assert len(active) == 1
        if number == 9:
            work(active[0])
    assert order(dataset_id) == shuffled_anew(dataset_id)


def test_stopped_it_stays_as_it_is_and_can_be_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_id, _ = prepare(90, 0)
    job_id = change(dataset_id, 2)
    real, calls = queue_jobs.fit, count(1)

    def fit(*args: object) -> object:
        if next(calls) == 3:
            with db.transaction() as session:
                replanning.stop(session, session.get_one(Dataset, dataset_id))
        return real(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(queue_jobs, "fit", fit)
        assert work(job_id).state is JobState.CANCELLED
    assert health(dataset_id).missing == 50
    with db.transaction() as session:
        again = replanning.bring(session, session.get_one(Dataset, dataset_id), Asked(order=True))
    assert again is not None
    work(again.id)
    assert health(dataset_id).is_sound


def test_what_a_batch_moves_meanwhile_is_worked_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_id, (lead,) = prepare(90, 1)
    job_id = change(dataset_id, order="random", seed=3)
    real, calls = placing.place, count(1)

    def place(*args: object) -> object:
        if next(calls) == 4:
            with db.transaction() as session:
                dataset, person = session.get_one(Dataset, dataset_id), session.get_one(User, lead)
                batches.create(session, dataset, person, name="Friday", for_group="board", most=15)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(placing, "place", place)
    # The batch waits for its turn, and here the step that it waits for is its own.
    monkeypatch.setattr(queue_order, "take_turn", lambda *_, **__: True)
    assert work(job_id).state is JobState.SUCCEEDED
    with db.transaction() as session:
        assert Counter(session.scalars(select(Slot.lane).where(Slot.batch_id.is_not(None)))) == {"||board": 15}
        assert Counter(session.scalars(select(Slot.lane).where(Slot.batch_id.is_(None)))) == {"": 75}
    assert order(dataset_id) == shuffled_anew(dataset_id)


def test_lanes_are_known_before_a_place_bears_them_and_forgotten_after(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_id, _ = prepare(60, 0)

    def give(field: str) -> None:
        with db.transaction() as session:
            session.execute(text("UPDATE corpora SET field = :field"), {"field": field})
            job = replanning.bring(session, session.get_one(Dataset, dataset_id), Asked(order=True))
        assert job is not None
        assert work(job.id).state is JobState.SUCCEEDED

    real = placing.place

    def place(*args: object) -> object:
        with db.transaction() as session:
            borne = set(session.scalars(select(Slot.lane))) - {""}
            assert borne <= set(session.scalars(select(Lane.name)))
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(placing, "place", place)
    for field in ("cardiology", "surgery"):
        give(field)
    with db.transaction() as session:
        assert list(session.scalars(select(Lane.name))) == ["|surgery|"]
        assert set(session.scalars(select(Slot.lane))) == {"|surgery|"}


def test_a_run_that_makes_its_results_count_goes_first() -> None:
    dataset_id, _ = prepare(60, 0)
    job_id = change(dataset_id, 2)
    worker = threading.Thread(target=work, args=[job_id])
    with db.transaction() as session:
        queue_order.take_turn(session, session.get_one(Dataset, dataset_id))
        worker.start()
        worker.join(0.5)
        assert worker.is_alive()
        assert len(order(dataset_id)) == 60
    worker.join(30)
    assert len(order(dataset_id)) == 120


def test_nobody_waits_for_a_sample_that_somebody_is_answering() -> None:
    dataset_id, (ann,) = prepare(60, 1)
    job_id = change(dataset_id, 2, order="random", seed=3)
    worker = threading.Thread(target=work, args=[job_id])
    with db.transaction() as session:
        dataset, expert = session.get_one(Dataset, dataset_id), session.get_one(User, ann)
        slot = reviewing.next_slots(session, dataset, expert, 1)[0]
        reviewing.submit(session, dataset, expert, slot.id, Decision.APPROVE, idempotency_key="slow press")
        worker.start()
        worker.join(1)
        assert worker.is_alive()
        assert len(order(dataset_id)) == 60 + 59  # all others have their second place already
    worker.join(30)
    assert health(dataset_id).is_sound


@pytest.mark.parametrize(
    ("before", "after", "left", "state"),
    [
        (1, 2, {"done": 1, "open": 1}, SampleState.QUEUED),
        (2, 1, {"done": 1, "closed": 1}, SampleState.APPROVED),
    ],
)
def test_an_answer_on_a_sample_that_the_work_has_not_reached_follows_the_new_plan_already(
    before: int, after: int, left: dict[str, int], state: SampleState
) -> None:
    dataset_id, (ann,) = prepare(60, 1, reviews_per_sample=before)
    job_id = change(dataset_id, after)
    with db.transaction() as session:
        slot = reviewing.next_slots(session, session.get_one(Dataset, dataset_id), session.get_one(User, ann), 1)[0]
    assert press(dataset_id, ann, slot.id, Decision.APPROVE, "early press")
    with db.transaction() as session:
        assert places(session)[slot.sample_id] == left
        assert session.get_one(Sample, slot.sample_id).state is state
    work(job_id)
    assert health(dataset_id).is_sound


@pytest.mark.parametrize(("before", "after"), [(1, 2), pytest.param(2, 1, marks=pytest.mark.thorough), pytest.param(3, 2, marks=pytest.mark.thorough)])
def test_experts_answer_while_it_changes_and_every_sample_gets_what_is_asked(
    monkeypatch: pytest.MonkeyPatch, before: int, after: int
) -> None:
    monkeypatch.setattr(queue_jobs, "STEP", 7)
    dataset_id, experts = prepare(120, 5, reviews_per_sample=before)
    begun, changed = threading.Event(), threading.Event()
    late: list[bool] = []

    def answer(expert_id: int) -> None:
        for number in range(1_000):
            with db.transaction() as session:
                dataset, expert = session.get_one(Dataset, dataset_id), session.get_one(User, expert_id)
                held = reviewing.next_slots(session, dataset, expert)
            if not held:
                if changed.is_set():
                    return
                continue
            if number == 3:
                begun.set()
            decision = Decision.REJECT if (held[0].sample_id + expert_id) % 5 == 0 else Decision.APPROVE
            late.append(press(dataset_id, expert_id, held[0].id, decision, f"{expert_id} {held[0].id}"))
            if number % 4 == 0:  # the same press once more, much later
                assert press(dataset_id, expert_id, held[0].id, decision, f"{expert_id} {held[0].id}")

    def replan() -> None:
        begun.wait(30)
        for seed in range(3):
            job_id = change(dataset_id, before if seed == 1 else after, order="random", seed=seed + 2)
            working.work(db.session_factory(), job_id, "test")
            with db.transaction() as session:
                assert session.get_one(Job, job_id).state is JobState.SUCCEEDED
        changed.set()

    together(replan, *[partial(answer, expert) for expert in experts])

    found = health(dataset_id)
    assert found.is_sound
    assert found.free == 0
    with db.transaction() as session:
        counted = Counter(session.scalars(select(Review.sample_id).where(Review.counted)))
        filled = Counter(session.scalars(select(Slot.sample_id).where(Slot.state == SlotState.DONE)))
        assert counted == filled  # a place for each answer, an answer for each place
        states = dict(session.execute(select(Sample.id, Sample.state)).all())
        assert SampleState.QUEUED not in states.values()
        assert min(counted.values()) >= min(before, after)
        assert max(counted.values()) <= max(before, after)
        assert session.scalar(select(func.count(Review.id))) == len(late)
