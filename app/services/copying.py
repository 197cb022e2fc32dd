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


def read_binary(session: Session, statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Rows in PostgreSQL's binary format: byte strings arrive as they are stored. Parameters are written %(name)s."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor(binary=True) as cursor:
        return list(cursor.execute(statement, values).fetchall())
