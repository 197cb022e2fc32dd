"""Connections that rested are asked for a sign of life before they are used; those in use a moment ago are not."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app import db
from app.db import get_engine


def pid() -> int:
    with get_engine().connect() as connection:
        return int(connection.scalar(text("SELECT pg_backend_pid()")))


def end(number: int) -> None:
    engine = db.make_engine(str(get_engine().url.render_as_string(hide_password=False)).replace("+psycopg", ""))
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": number})
    engine.dispose()


def test_dead_connection_that_rested_is_replaced(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = pid()
    end(first)
    monkeypatch.setattr(db, "RESTED", 0.0)

    assert pid() != first


def test_connection_in_use_is_not_asked(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "RESTED", 60.0)
    end(pid())

    with pytest.raises(OperationalError):
        pid()
    pid()  # the failure has emptied the pool
