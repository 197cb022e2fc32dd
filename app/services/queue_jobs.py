"""Bringing a long queue to its plan as durable work: in short steps, so that experts go on and never wait long."""

import time
from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy.orm import Session

from app.db import Json
from app.models import Dataset, Job, JobKind
from app.services import jobs, placing, queue_order, replanning
from app.services.fitting import Walked, fit
from app.services.jobs import JobFailed, Kind, ShardPlan, Stage
from app.services.placing import Moved, Placings
from app.services.replanning import Asked
from app.services.working import Piece

STEP = 1_000
"""Samples in one transaction: a place that is just being moved is passed over by whoever asks for a sample."""
PAUSE, PATIENCE = 0.02, 0.5
"""Seconds between two steps, and until something that others hold is looked at again."""
ROUNDS = 600
BUSY = (
    "Some samples were held by other work the whole time, so the queue is not quite as the plan wants it. "
    "Every answer is safe. Put the queue in order again once runs and decisions on many samples have ended."
)
Take = Callable[[Session, Dataset, int, int], Walked | None]


def _plan_fit(session: Session, job: Job) -> Sequence[ShardPlan]:
    return [ShardPlan(total=replanning.waiting(session, job.dataset_id))] if Asked.of(job).fit else []


def _plan_order(session: Session, job: Job) -> Sequence[ShardPlan]:
    return [ShardPlan(total=replanning.known(session, job.dataset_id))] if Asked.of(job).order else []


def _fit(piece: Piece) -> None:
    _walk(piece, fit, piece.checkpoint)


def _order(piece: Piece) -> None:
    is_placed = False
    while not is_placed:
        with piece.reading() as session:
            placings = placing.work_out(session, session.get_one(Dataset, piece.job.dataset_id))
        try:
            _place(piece, placings)
            is_placed = True
        except Moved:
            piece.alive()


def _place(piece: Piece, placings: Placings) -> None:
    """On from where an earlier attempt ended, unless samples belong elsewhere by now. Moved."""
    before = piece.checkpoint if piece.checkpoint.get("basis") == placings.basis else {"basis": placings.basis}
    with piece.step(int(before.get("done", 0)), before) as session:
        placing.begin(session, session.get_one(Dataset, piece.job.dataset_id), placings)
    _walk(piece, partial(placing.place, placings), before)
    _in_turn(piece, piece.checkpoint, lambda session, dataset: placing.finish(session, dataset, placings))


def _walk(piece: Piece, take: Take, before: Json) -> None:
    """Through all samples by their numbers, then back to those that were in other hands, until none is."""
    now: Json = {"after": 0, "done": 0, "left": [], "misses": 0, **before}
    while now["after"] is not None or now["left"]:
        at = now

        def step(session: Session, dataset: Dataset, at: Json = at) -> Json:
            return _on(session, dataset, take, at) if at["after"] is not None else _back(session, dataset, take, at)

        now = _in_turn(piece, at, step)
        if now["misses"] > ROUNDS * max(1, len(now["left"])):
            raise JobFailed("busy", BUSY)
        is_round_in_vain = now["misses"] and now["misses"] % len(now["left"]) == 0
        time.sleep(PATIENCE if is_round_in_vain else PAUSE)


def _on(session: Session, dataset: Dataset, take: Take, now: Json) -> Json:
    walked = take(session, dataset, now["after"], STEP)
    if walked is None:
        return {"after": None}
    left = [] if walked.left is None else [walked.left]
    return {"after": walked.last, "done": now["done"] + walked.number, "left": now["left"] + left}


def _back(session: Session, dataset: Dataset, take: Take, now: Json) -> Json:
    """To the first that was left: from there it is as many samples as a step has, or fewer."""
    first, *others = now["left"]
    walked = take(session, dataset, first - 1, STEP)
    if walked is None or walked.left is None:
        return {"left": others, "misses": 0}
    return {"left": [*others, walked.left], "misses": now["misses"] + 1}


def _in_turn(piece: Piece, now: Json, step: Callable[[Session, Dataset], Json | None]) -> Json:
    """A step, once no run or batch is placing samples: its state afterwards is its checkpoint."""
    while True:
        after = dict(now)
        with piece.step(now["done"], after) as session:
            dataset = session.get_one(Dataset, piece.job.dataset_id)
            is_free = queue_order.take_turn(session, dataset, is_waiting=False)
            if is_free:
                after.update(step(session, dataset) or {})
        if is_free:
            return after
        time.sleep(PATIENCE)


jobs.KINDS[JobKind.QUEUE] = Kind(
    [
        Stage("Add and close places", "samples", _plan_fit, _fit),
        Stage("Put the queue in order", "samples", _plan_order, _order),
    ]
)
