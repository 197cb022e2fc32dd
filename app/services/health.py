"""Whether this installation can work: the database, the queue's broker, the workers."""

from dataclasses import dataclass
from functools import lru_cache

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import migrate, queue
from app.services import jobs


@dataclass(frozen=True)
class Health:
    """`database` answers and is at this program's version; `broker` answers within a second; `worker`: one lives.

    Only the first is needed to show pages and take reviews. Without the others, uploads and runs wait; nothing is lost.
    """

    database: bool
    broker: bool
    worker: bool

    @property
    def is_ready(self) -> bool:
        return self.database


def check(session: Session) -> Health:
    """Ask each part once. Never raises."""
    database = _database(session)
    return Health(database, _broker(), database and jobs.workers_alive(session) > 0)


def _database(session: Session) -> bool:
    try:
        with session.begin_nested():
            return bool(session.scalar(text("SELECT version_num FROM alembic_version")) == _head())
    except SQLAlchemyError:
        return False


def _broker() -> bool:
    try:
        return bool(queue.broker().ping())
    except (redis.RedisError, OSError, ValueError):
        return False


@lru_cache(maxsize=1)
def _head() -> str | None:
    """What this program needs; the migrations beside it do not change while it runs."""
    return migrate.head()
