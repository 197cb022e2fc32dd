"""The queue: a Celery message is only a wake-up that carries a job's number. The job's row is the truth."""

import hashlib
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import redis
from celery import Celery
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.settings import get_settings

log = logging.getLogger("winnow.queue")

TASK = "winnow.work"
QUEUE = "winnow"
_WAITING = "wake_after_commit"


@lru_cache(maxsize=1)
def celery_app() -> Celery:
    """The Celery application, without a result backend: nobody ever waits for a result here."""
    app = Celery("winnow", broker=get_settings().redis_url)
    app.conf.update(
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_acks_late=False,  # late acknowledgement loses and repeats tasks with Redis; the job's row does not
        worker_prefetch_multiplier=1,
        task_serializer="json",
        accept_content=["json"],
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "visibility_timeout": 600,
            "global_keyprefix": _prefix(),
        },
    )
    return app


def enqueue(session: Session, job_id: int, count: int = 1) -> None:
    """Wake `count` workers for a job once the session's transaction is committed; a rollback sends nothing."""
    waiting: dict[int, int] = session.info.setdefault(_WAITING, {})
    waiting[job_id] = max(count, waiting.get(job_id, 0))


def send(job_id: int, count: int = 1) -> None:
    """Wake workers now, from a thread of its own: no request waits for the broker; a lost message costs seconds."""
    future = _sender().submit(_send, job_id, count)
    future.add_done_callback(_report)


def waiting_messages() -> int | None:
    """How many wake-ups wait in the queue; None where the broker does not answer within a second."""
    try:
        return int(broker().llen(_prefix() + QUEUE))
    except redis.RedisError:
        return None


@lru_cache(maxsize=1)
def broker() -> "redis.Redis":
    """A client for asking the broker how it is."""
    url = get_settings().redis_url or ""
    if url.startswith("redis+socket://"):
        return redis.Redis(
            unix_socket_path=url.removeprefix("redis+socket://"), socket_timeout=1, socket_connect_timeout=1
        )
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)


def _prefix() -> str:
    """Keys are named after the database: two installations may share one broker and keep their messages apart."""
    return f"winnow:{hashlib.sha256((get_settings().database_url or '').encode()).hexdigest()[:12]}:"


@lru_cache(maxsize=1)
def _sender() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="winnow-wake")


def _send(job_id: int, count: int) -> None:
    for _ in range(count):
        celery_app().send_task(TASK, args=[job_id], retry=False)


def _report(future: "Future[None]") -> None:
    if error := future.exception():
        log.warning("wake-up not sent; the reconciler will send it again: %s", type(error).__name__)


@event.listens_for(Session, "after_commit")
def _send_waiting(session: Session) -> None:
    # SQLAlchemy calls this for a released savepoint too; only the outermost commit makes the job visible to a worker.
    if session.in_nested_transaction():
        return
    for job_id, count in session.info.pop(_WAITING, {}).items():
        send(job_id, count)


@event.listens_for(Session, "after_rollback")
def _forget_waiting(session: Session) -> None:
    # After a savepoint's rollback the rest may still be committed; a wake-up for a job that is not there does no harm.
    if not session.in_nested_transaction():
        session.info.pop(_WAITING, None)


def forget() -> None:
    """Drop connections and threads that a forked process must not share with its parent."""
    for cached in (celery_app, broker, _sender):
        cached.cache_clear()


__all__: list[Any] = ["QUEUE", "TASK", "broker", "celery_app", "enqueue", "forget", "send", "waiting_messages"]
