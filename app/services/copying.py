"""COPY: the fastest way of rows into PostgreSQL, on the session's own connection and in its transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

_PACKED = 200_000


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


def read_numbers(session: Session, statement: str, values: dict[str, Any], names: Sequence[str]) -> NDArray[np.void]:
    """Columns of bigints, none of them null, as one array with a field for each; the first is some row's number.

    The server packs some hundred thousand rows into one value. COPY hands over rows one by one, which for a million
    rows costs as many Python calls, and several times the time of the query itself.
    """
    columns = ", ".join(f"c{place}" for place in range(len(names)))
    packed = " || ".join(f"int8send(c{place})" for place in range(len(names)))
    pages = read_binary(
        session,
        f"SELECT string_agg({packed}, ''::bytea) FROM ({statement}) AS rows({columns}) GROUP BY c0 / {_PACKED}",  # noqa: S608
        values,
    )
    row = np.dtype([(name, ">i8") for name in names])
    found = np.frombuffer(b"".join(page for (page,) in pages), row)
    return found.astype([(name, np.int64) for name in names])
