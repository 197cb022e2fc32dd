"""Decisions on very many samples as durable work: some hundred a step, each step short, so that experts never wait long."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import Json
from app.models import BulkAction, Dataset, Job, JobKind
from app.services import answering_many, bulk, bulk_undo, jobs
from app.services.jobs import Kind, ShardPlan, Stage
from app.services.working import Piece

STEP = 500
"""So many at a time: what an expert holds or answers at that very moment may have to wait for the whole step."""


@contextmanager
def _step(piece: Piece, done: int, checkpoint: Json) -> Iterator[Session]:
    """A step that does not wait for the disk: should a crash take it back, its checkpoint goes too, and it is done again.

    The end of the work waits, and with it all its steps.
    """
    with piece.step(done, checkpoint) as session:
        session.execute(text("SET LOCAL synchronous_commit = off"))
        yield session


def _plan(session: Session, job: Job) -> Sequence[ShardPlan]:
    return [ShardPlan(job.params, session.get_one(BulkAction, job.params["bulk_id"]).total)]


def _decide(piece: Piece) -> None:
    """Step by step through the samples that were found; an interrupted one goes on where it was."""
    with piece.reading() as session:
        found = np.frombuffer(session.get_one(BulkAction, piece.params["bulk_id"]).members, "<i8")
    for first in range(int(piece.checkpoint.get("next", 0)), len(found), STEP):
        after = min(first + STEP, len(found))
        with _step(piece, after, {"next": after}) as session:
            action = session.get_one(BulkAction, piece.params["bulk_id"], with_for_update=True)
            answering_many.answer(session, session.get_one(Dataset, action.dataset_id), action, found[first:after])


def _decided(session: Session, job: Job) -> None:
    action = session.get_one(BulkAction, job.params["bulk_id"], with_for_update=True)
    bulk.finish(session, session.get_one(Dataset, action.dataset_id), action)


def _plan_undo(session: Session, job: Job) -> Sequence[ShardPlan]:
    return [ShardPlan(job.params, session.get_one(BulkAction, job.params["bulk_id"]).count)]


def _undo(piece: Piece) -> None:
    with piece.reading() as session:
        left = bulk_undo.members(session, session.get_one(BulkAction, piece.params["bulk_id"]))
    done = piece.shard.done
    for first in range(0, len(left), STEP):
        ids = left[first : first + STEP]
        done += len(ids)
        with _step(piece, done, {}) as session:
            action = session.get_one(BulkAction, piece.params["bulk_id"], with_for_update=True)
            bulk_undo.restore(session, session.get_one(Dataset, action.dataset_id), action, ids)


def _undone(session: Session, job: Job) -> None:
    bulk_undo.finish(session, session.get_one(BulkAction, job.params["bulk_id"], with_for_update=True))


jobs.KINDS[JobKind.BULK] = Kind(
    [Stage("Decide on the samples", "samples", _plan, _decide)], succeeded=_decided, stopped=_decided
)
jobs.KINDS[JobKind.UNDO] = Kind([Stage("Give the samples back", "samples", _plan_undo, _undo)], succeeded=_undone)
