"""Threads that repeat a small duty: the reconciler wakes workers whose message was lost, and frees what lies reserved."""

import logging
import threading
from collections.abc import Callable

from app.db import transaction
from app.services import freeing, jobs, release_expiry

log = logging.getLogger("winnow.reconciler")


class Repeating(threading.Thread):
    """Calls `duty` every `seconds` until `stop` is set; a failed call is logged and tried again."""

    def __init__(self, name: str, seconds: float, duty: Callable[[], None], stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self.seconds, self.duty, self.stop = seconds, duty, stop

    def run(self) -> None:
        while True:
            try:
                self.duty()
            except Exception as error:
                log.warning("%s failed: %s", self.name, type(error).__name__)
            if self.stop.wait(self.seconds):
                return


def reconciler(stop: threading.Event) -> Repeating:
    """One of these runs in every web and worker process; an advisory lock lets one at a time do the duty."""
    return Repeating("reconciler", 5, _reconcile, stop)


def _reconcile() -> None:
    with transaction() as session:  # first, because it needs no broker
        if freed := freeing.free_everywhere(session):
            log.info("freed reserved samples places=%s", freed)
    with transaction() as session:
        if woken := jobs.reconcile(session):
            log.info("woke workers again jobs=%s", woken)


def tidier(stop: threading.Event) -> Repeating:
    """One of these runs in every web process: files of old releases go where a dataset's rule says so."""
    return Repeating("tidier", 600, _tidy, stop)


def _tidy() -> None:
    with transaction() as session:
        if removed := release_expiry.apply(session):
            log.info("removed files of old releases releases=%s", removed)
    with transaction() as session:
        if deleted := release_expiry.sweep(session):
            log.info("deleted files that nobody needs files=%s", deleted)
