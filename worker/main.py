"""The Celery application that `winnow worker` runs: `celery -A worker.main worker`."""

import os
import socket
import threading
import warnings

from celery.platforms import SecurityWarning
from celery.signals import worker_process_init, worker_ready, worker_shutdown, worker_shutting_down

from app import logs, process, queue
from app.db import forget_engine, transaction
from app.reconciler import Repeating, reconciler
from app.services import jobs
from worker import tasks

logs.configure()
# Celery warns of root because of pickled messages; ours are JSON with one number in them.
warnings.filterwarnings("ignore", category=SecurityWarning)
app = queue.celery_app()
tasks.register(app)

NAME = f"{socket.gethostname()}:{os.getpid()}"
_stop = threading.Event()


@worker_process_init.connect
def fresh_start(**_: object) -> None:
    """A forked child opens its own connections, and has all it needs loaded."""
    forget_engine()
    queue.forget()
    process.settle()


@worker_ready.connect
def announce(**_: object) -> None:
    """Sign of life and reconciler, for as long as the worker runs."""
    Repeating("presence", 5, _seen, _stop).start()
    reconciler(_stop).start()


@worker_shutting_down.connect
def let_go(**_: object) -> None:
    """Hand the work over at the next safe point instead of finishing it: that might take hours."""
    tasks.leave()


@worker_shutdown.connect
def leave(**_: object) -> None:
    """Say goodbye, so that pages know at once."""
    _stop.set()
    with transaction() as session:
        jobs.gone(session, NAME)


def _seen() -> None:
    with transaction() as session:
        jobs.seen(session, NAME)
