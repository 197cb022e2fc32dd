"""The one task: do what is free of a job."""

import logging
import os
import socket
from multiprocessing.sharedctypes import RawValue

from celery import Celery
from sqlalchemy.exc import DBAPIError

import app.services.kinds  # noqa: F401 - makes every kind of job known
from app.db import session_factory
from app.queue import TASK
from app.services import working

log = logging.getLogger("winnow.worker")

# Shared with the pool's processes, which are forked: only the main one hears that the worker is to end.
_leaving = RawValue("b", 0)


def register(celery: Celery) -> None:
    """Make the task known to a Celery application."""
    celery.task(name=TASK)(work)


def leave() -> None:
    """Let go of all work at the next safe point; it is given back for other workers."""
    _leaving.value = 1


def is_leaving() -> bool:
    return bool(_leaving.value)


def work(job_id: int) -> None:
    """Do shards of a job until none is free. Anything but a job's number is dropped: the queue is not trusted."""
    if not isinstance(job_id, int) or isinstance(job_id, bool):
        log.warning("message without a job's number dropped")
        return
    try:
        working.work(session_factory(), job_id, f"{socket.gethostname()}:{os.getpid()}", is_leaving)
    except DBAPIError:
        log.warning("database out of reach job=%s; the reconciler will wake a worker again", job_id)
