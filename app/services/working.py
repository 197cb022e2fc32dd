"""Doing the work of a job, shard by shard, in as many short transactions as the work needs.

This is the one service that opens transactions itself: a shard's rows and its checkpoint must be committed together.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from app.db import Json
from app.models import Job, Shard
from app.services import jobs

log = logging.getLogger("winnow.jobs")

WORKER_DIED = (
    "A piece of this work ended its worker several times, most likely for want of memory. What was finished is safe. "
    "Look for an unusually large sample, or give the worker more memory, and run again."
)
UNEXPECTED = (
    "This work stopped three times at the same place for a reason that Winnow does not know. "
    "What was finished is safe. The worker's log has the details; please report them, and run again."
)


class Leaving(Exception):
    """This worker was asked to end: what is left of the shard is for another one."""


def _staying() -> bool:
    return False


class Piece:
    """A claimed shard, as its stage's code sees it."""

    def __init__(
        self, sessions: sessionmaker[Session], job: Job, shard: Shard, is_leaving: Callable[[], bool] = _staying
    ) -> None:
        self.sessions = sessions
        self.job = job
        self.shard = shard
        self.is_leaving = is_leaving

    @property
    def params(self) -> Json:
        return self.shard.params

    @property
    def checkpoint(self) -> Json:
        """What the last committed step left: an interrupted shard goes on from here."""
        return self.shard.checkpoint

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A short transaction that changes nothing."""
        with self.sessions() as session:
            yield session

    @contextmanager
    def step(self, done: int, checkpoint: Json) -> Iterator[Session]:
        """One transaction of work: its rows and its checkpoint, or neither. Fenced, Cancelled."""
        with self.sessions.begin() as session:
            yield session
            jobs.checkpoint(session, self.shard, done, checkpoint)
        self.alive()

    def alive(self) -> None:
        """A sign of life between steps. Fenced, Cancelled; Leaving where the worker was asked to end."""
        with self.sessions.begin() as session:
            # It says nothing after a crash, so that nobody waits until it is on the disk.
            session.execute(text("SET LOCAL synchronous_commit = off"))
            jobs.heartbeat(session, self.shard)
        if self.is_leaving():
            raise Leaving

    def hold(self, session: Session) -> None:
        """In a step, before rows that a job's end writes too: both take the job's row first. Cancelled."""
        jobs.hold(session, self.shard)


def work(sessions: sessionmaker[Session], job_id: int, worker: str, is_leaving: Callable[[], bool] = _staying) -> int:
    """Claim and do shards of a job until none is free or the worker is to end. Returns how many were done."""
    done = 0
    while not is_leaving() and (piece := _claim(sessions, job_id, worker, is_leaving)) is not None:
        if not _do(piece):
            break
        done += 1
    return done


def _claim(sessions: sessionmaker[Session], job_id: int, worker: str, is_leaving: Callable[[], bool]) -> Piece | None:
    with sessions.begin() as session:
        shard = jobs.claim(session, job_id, worker)
        if shard is None:
            return None
        job = session.get_one(Job, job_id)
    if shard.tries <= jobs.MAX_TRIES:
        return Piece(sessions, job, shard, is_leaving)
    # In a transaction of its own: a claim holds the shard's row, and others take the job's first.
    with sessions.begin() as session:
        jobs.fail(session, job_id, "worker_died", WORKER_DIED)
    return None


def _do(piece: Piece) -> bool:
    """Do one shard; False where this worker should let go of the job."""
    stage = jobs.stages(piece.job)[piece.shard.stage]
    try:
        with _beating(piece):
            stage.work(piece)
        with piece.sessions.begin() as session:
            jobs.finish(session, piece.shard)
        return True
    except jobs.Fenced:
        log.warning("shard taken over by another worker job=%s shard=%s", piece.job.id, piece.shard.number)
    except Leaving:
        with piece.sessions.begin() as session:
            jobs.hand_over(session, piece.shard)
    except jobs.Cancelled:
        with piece.sessions.begin() as session:
            jobs.give_back(session, piece.shard)
            jobs.stop_cancelled(session, piece.job.id)
    except jobs.JobFailed as error:
        with piece.sessions.begin() as session:
            jobs.fail(session, piece.job.id, error.code, error.message)
    except Exception:
        log.exception("shard failed job=%s shard=%s tries=%s", piece.job.id, piece.shard.number, piece.shard.tries)
        _after_error(piece)
    return False


def _after_error(piece: Piece) -> None:
    with piece.sessions.begin() as session:
        if piece.shard.tries >= 3:
            jobs.fail(session, piece.job.id, "unexpected", UNEXPECTED)
        else:
            jobs.give_back(session, piece.shard)


@contextmanager
def _beating(piece: Piece) -> Iterator[None]:
    """Signs of life from a thread while a long step runs. It never raises: the next step finds out by itself."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(min(5, jobs.stale_seconds() / 4)):
            try:
                piece.alive()
            except Exception:
                log.debug("heartbeat not written job=%s", piece.job.id)

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=2)
