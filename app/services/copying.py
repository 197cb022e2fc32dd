"""COPY: the fastest way of rows into PostgreSQL, on the session's own connection and in its transaction."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session


def copy_rows(session: Session, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Stream rows into ``COPY ... FROM STDIN``; memory does not grow with their number."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def count_afresh(session: Session, *tables: str) -> None:
    """Let PostgreSQL look at tables that have just grown.

    By itself it looks about once a minute; until then it takes them for small, and its plans for joins cost the square.
    """
    session.execute(text(f"ANALYZE {', '.join(tables)}"))
