"""The database: engine, sessions, and the base of all tables."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

import orjson
import psycopg
from sqlalchemy import BigInteger, DateTime, Engine, Enum, MetaData, Row, Text, create_engine, event, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from app import process
from app.settings import get_settings

Json = dict[str, Any]
AnyRow = Row[*tuple[Any, ...]]


RESTED = 1.0
"""Seconds after which an unused connection is asked for a sign of life before it is used again."""


class Base(DeclarativeBase):
    """Tables name their constraints by one convention, so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own contract
        int: BigInteger,
        str: Text,
        datetime: DateTime(timezone=True),
        Json: JSONB,
        StrEnum: Enum(
            StrEnum,
            native_enum=False,
            create_constraint=False,
            length=32,
            values_callable=lambda e: [m.value for m in e],
        ),
    }


class Identified:
    """A table with a running number."""

    id: Mapped[int] = mapped_column(primary_key=True)


class Dated:
    """A table that remembers when its rows were made, by the database's clock."""

    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


def sqlalchemy_url(url: str) -> str:
    """The address with the psycopg driver named, whatever spelling of PostgreSQL it came with."""
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    raise ValueError("DATABASE_URL must start with postgresql://. Winnow runs on PostgreSQL only.")


CONNECTIONS = 20
"""The most that one process uses at a time."""


def make_engine(url: str, **options: Any) -> Engine:
    """An engine that gives up on a dead server instead of waiting for ever."""
    made = create_engine(
        sqlalchemy_url(url),
        pool_size=options.pop("pool_size", 10),
        max_overflow=CONNECTIONS - 10,
        pool_timeout=5,
        hide_parameters=True,  # an error's text ends up in logs, and parameters hold sample text
        connect_args={
            "connect_timeout": 5,
            "options": "-c timezone=UTC -c lock_timeout=10s -c idle_in_transaction_session_timeout=120s",
        },
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        **options,
    )
    event.listen(made, "connect", lambda connection, _: process.rank_alike(connection))
    event.listen(made, "checkin", _rested)
    event.listen(made, "checkout", _look_alive)
    return made


def _rested(_: object, record: ConnectionPoolEntry) -> None:
    record.info["rests_since"] = time.monotonic()


def _look_alive(connection: Any, record: ConnectionPoolEntry, _: object) -> None:
    """Ask a connection that rested whether the server is still there; one that was in use a moment ago is."""
    if time.monotonic() - record.info.get("rests_since", 0.0) < RESTED:
        return
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error


@lru_cache(maxsize=1)
def get_engine() -> Engine:
    """The process's engine. RuntimeError where no database was given or started."""
    url = get_settings().database_url
    if not url:
        raise RuntimeError("No database. Set DATABASE_URL, or start Winnow with `winnow up`.")
    return make_engine(url)


@lru_cache(maxsize=1)
def session_factory() -> sessionmaker[Session]:
    return sessionmaker(get_engine(), expire_on_commit=False)


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any error."""
    with session_factory().begin() as session:
        yield session


def forget_engine() -> None:
    """Drop the process's engine: a forked worker must not share its parent's connections."""
    if get_engine.cache_info().currsize:
        get_engine().dispose(close=False)
    get_engine.cache_clear()
    session_factory.cache_clear()
