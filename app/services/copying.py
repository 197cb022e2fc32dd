"""COPY: the fastest way of rows into PostgreSQL, on the session's own connection and in its transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
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


def read_numbers(session: Session, statement: str, values: dict[str, Any], names: Sequence[str]) -> NDArray[np.void]:
    """Columns of bigints, none of them null, as one array with a field for each: no Python object is made for a row."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT binary)", values) as copy:
        read = b"".join(bytes(part) for part in copy)
    row = [("fields", ">i2"), *[field for name in names for field in ((f"{name} size", ">i4"), (name, ">i8"))]]
    # 19 bytes of signature and flags come before the rows, two that say that there are no more after them.
    found = np.frombuffer(read, np.dtype(row), offset=19, count=(len(read) - 21) // np.dtype(row).itemsize)
    return found[list(names)].astype([(name, np.int64) for name in names])
