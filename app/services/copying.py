"""COPY: the fastest way of rows into PostgreSQL, on the session's own connection and in its transaction."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session


def copy_rows(session: Session, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Stream rows into ``COPY ... FROM STDIN``; memory does not grow with their number."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
