"""A round of a judge as durable work: what is to be asked is written down before, what was said as soon as it is known."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import Dataset, Job, JobKind, JudgeRun, JudgeScore, ScoreState, Shard, ShardState
from app.services import jobs, judge_runs, judge_sharing, judge_tasks, llm, queue_order, review_plan
from app.services.jobs import Kind, ShardPlan, Stage
from app.services.judge_tasks import Asked, Outcome, Task
from app.services.review_plan import Order
from app.services.working import Piece

SAMPLES_PER_SHARD = 100
MOST_THREADS = 8
IN_A_ROW = 3
"""After so many samples in a row without any answer the model is taken for out of reach."""
BUDGET = "The budget is used up. What was said is kept."
LOST = "Its answer was lost on the way and may have been paid."


def _plan(session: Session, job: Job) -> Sequence[ShardPlan]:
    run = session.get_one(JudgeRun, job.params["run_id"])
    ids = judge_runs.waiting(session, run, job.dataset_id or 0, job.params["which"], job.params["limit"])
    pieces = [list(ids[first : first + SAMPLES_PER_SHARD]) for first in range(0, len(ids), SAMPLES_PER_SHARD)]
    return [ShardPlan({"run_id": run.id, "ids": piece}, len(piece)) for piece in pieces]


def _work(piece: Piece) -> None:
    """Some samples at a time, as many as the endpoint allows at once."""
    run_id = piece.params["run_id"]
    with piece.sessions.begin() as session:
        settle(session, session.get_one(JudgeRun, run_id, with_for_update=True), piece.shard.id)
    with piece.reading() as session:
        one = judge_tasks.asked(session, session.get_one(JudgeRun, run_id))
    many = max(1, min(one.endpoint.concurrency, MOST_THREADS))
    ids, silent = piece.params["ids"], 0
    with ThreadPoolExecutor(many, thread_name_prefix="judge") as pool:
        for first in range(0, len(ids), many):
            with piece.sessions.begin() as session:
                tasks = _intend(session, piece, one, run_id, ids[first : first + many])
            found = _ask(pool, piece, one, tasks)
            with piece.sessions.begin() as session:
                _keep(session, piece.shard, run_id, found)
                silent = 0 if any(not end.is_silent for _, end in found) else silent + len(found)
                _halt(session, run_id, found, silent)
            with piece.step(min(first + many, len(ids)), {}):
                pass


def _ask(pool: ThreadPoolExecutor, piece: Piece, one: Asked, tasks: Sequence[Task]) -> list[tuple[Task, Outcome]]:
    over = threading.Event()

    def pause(seconds: float) -> None:
        """A worker that is to end waits for no second try."""
        for _ in range(max(1, round(seconds * 10))):
            if piece.is_leaving() or over.wait(min(seconds, 0.1)):
                raise llm.Unavailable("The work was ended before this request was answered.")

    return list(
        zip(tasks, pool.map(lambda task: judge_tasks.ask(one, task, pause, piece.is_leaving), tasks), strict=True)
    )


def _intend(session: Session, piece: Piece, one: Asked, run_id: int, ids: Sequence[int]) -> list[Task]:
    """Write down what is about to be asked and set its price aside. Nothing where the run was halted. Fenced, Cancelled."""
    _still_mine(session, piece.shard)
    run = session.get_one(JudgeRun, run_id, with_for_update=True, populate_existing=True)
    known = {score.sample_id: score for score in _scores(session, run, ids)}
    admitted = []
    for task in judge_tasks.of(session, one, ids) if not run.halt else ():
        if task.sample_id in known and not _is_open(known[task.sample_id], task, one):
            continue
        if run.budget is not None and run.spent + run.held + task.most > run.budget:
            run.halt = BUDGET
            break
        run.held += task.most
        _write(session, run, piece.shard, task)
        admitted.append(task)
    return admitted


def _is_open(score: JudgeScore, task: Task, one: Asked) -> bool:
    """Whether it may be asked: never judged, or judged beside another passage than today's."""
    if score.state is ScoreState.FAILED or (score.state is ScoreState.LOST and one.is_free):
        return True
    return score.state is ScoreState.JUDGED and score.content_hash != task.content_hash


def _write(session: Session, run: JudgeRun, shard: Shard, task: Task) -> None:
    values = {
        "run_id": run.id,
        "shard_id": shard.id,
        "content_hash": task.content_hash,
        "state": ScoreState.ASKED,
        "held": task.most,
        "error": "",
    }
    made = insert(JudgeScore).values(version_id=run.version_id, sample_id=task.sample_id, **values)
    session.execute(made.on_conflict_do_update(index_elements=["version_id", "sample_id"], set_=values))


def _keep(session: Session, shard: Shard, run_id: int, found: Sequence[tuple[Task, Outcome]]) -> None:
    """Also what arrives after it was given up for lost: it was paid."""
    run = session.get_one(JudgeRun, run_id, with_for_update=True, populate_existing=True)
    known = {score.sample_id: score for score in _scores(session, run, [task.sample_id for task, _ in found])}
    for task, end in found:
        score = known.get(task.sample_id)
        if score is None or score.shard_id != shard.id or score.state not in (ScoreState.ASKED, ScoreState.LOST):
            continue
        if score.state is ScoreState.ASKED:
            run.held -= score.held
        else:
            run.spent -= score.cost
        run.spent += end.cost
        score.state, score.score, score.spread = end.state, end.score, end.spread
        score.details, score.cost, score.error = end.details, end.cost, end.error
    session.flush()


def _halt(session: Session, run_id: int, found: Sequence[tuple[Task, Outcome]], silent: int) -> None:
    """A model that is out of reach, or turns requests away, is not asked about everything else too."""
    told = next((end.stop for _, end in found if end.stop), "")
    if found and not told and silent >= IN_A_ROW:
        told = f"The model’s server did not answer several requests in a row. {found[-1][1].error}"
    if told:
        run = session.get_one(JudgeRun, run_id, with_for_update=True)
        run.halt = run.halt or told


def settle(session: Session, run: JudgeRun, shard_id: int | None = None) -> None:
    """What an attempt that died had asked: nobody knows whether it was answered, so what is not free counts as paid."""
    mine = select(JudgeScore).where(JudgeScore.run_id == run.id, JudgeScore.state == ScoreState.ASKED)
    for score in session.scalars(mine if shard_id is None else mine.where(JudgeScore.shard_id == shard_id)):
        run.held -= score.held
        score.state, score.error = ScoreState.LOST, LOST
        score.cost = Decimal(0) if run.is_free else score.held
        run.spent += score.cost
    session.flush()


def _scores(session: Session, run: JudgeRun, ids: Sequence[int]) -> Sequence[JudgeScore]:
    mine = select(JudgeScore).where(JudgeScore.version_id == run.version_id, JudgeScore.sample_id.in_(ids))
    return session.scalars(mine.with_for_update().execution_options(populate_existing=True)).all()


def _still_mine(session: Session, shard: Shard) -> None:
    """Nobody takes the shard over before this transaction ends. Fenced, Cancelled."""
    jobs.hold(session, shard)
    mine = (Shard.id == shard.id, Shard.attempt == shard.attempt, Shard.state == ShardState.RUNNING)
    if session.scalar(select(Shard.id).where(*mine).with_for_update(read=True)) is None:
        raise jobs.Fenced


def _succeeded(session: Session, job: Job) -> None:
    """New scores put the queue in another order, where it goes by them, and are shown where they may be."""
    _publish(session, session.get_one(JudgeRun, job.params["run_id"]))
    dataset = session.get_one(Dataset, job.dataset_id)
    if review_plan.load(dataset).order is Order.MODEL_JUDGE:
        queue_order.arrange(session, dataset)


def _stopped(session: Session, job: Job) -> None:
    run = session.get(JudgeRun, job.params["run_id"], with_for_update=True, populate_existing=True)
    if run is not None:
        settle(session, run)
        run.halt = run.halt or job.error or "It was stopped."
        _publish(session, run)


def _publish(session: Session, run: JudgeRun) -> None:
    judged = (JudgeScore.run_id == run.id, JudgeScore.state == ScoreState.JUDGED)
    judge_sharing.publish(session, run.version_id, session.scalars(select(JudgeScore.sample_id).where(*judged)).all())


jobs.KINDS[JobKind.JUDGE] = Kind([Stage("Ask the model", "samples", _plan, _work)], _succeeded, _stopped)
