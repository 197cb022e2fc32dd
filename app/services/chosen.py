"""Many ids as a table of the transaction, so that one statement does for a million what it does for one."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import Json
from app.services.contents import Ids
from app.services.copying import copy_rows

# Made once per connection and emptied by every commit: a table made and dropped each time would bloat the catalogue.
_TABLE = "CREATE TEMP TABLE IF NOT EXISTS {name} (id bigint PRIMARY KEY) ON COMMIT DELETE ROWS"


def fill(session: Session, ids: Ids, name: str = "chosen") -> None:
    """Put ids into the temporary table `name`, in place of what was there."""
    session.execute(text(_TABLE.format(name=name)))
    session.execute(text(f"TRUNCATE {name}"))
    copy_rows(session, f"COPY {name} FROM STDIN", ((one,) for one in ids.tolist()))
    session.execute(text(f"ANALYZE {name}"))


@contextmanager
def by_key(session: Session) -> Iterator[None]:
    """Have rows looked up one by one by their keys, as long as this lasts.

    For some hundred of very many rows that have just been written, the planner, whose statistics lag behind, read whole
    tables instead: each step of a large piece of work then costs as much as all of it.
    """
    ways = ("seqscan", "hashjoin", "mergejoin")
    session.execute(text("; ".join(f"SET LOCAL enable_{way} = off" for way in ways)))
    yield
    session.execute(text("; ".join(f"SET LOCAL enable_{way} TO DEFAULT" for way in ways)))


def move(session: Session, dataset_id: int, update: str, values: Json) -> int:
    """Run an UPDATE of samples without RETURNING, and count the moves between states together. Returns how many moved.

    Row by row, as the database does it for single samples, a million moves would append two million counts.
    """
    session.execute(text("SET LOCAL winnow.counting = 'off'"))
    moved = session.scalar(
        text(f"""
        WITH moved AS ({update} RETURNING samples.corpus_id, old.state AS before, new.state AS after),
        counted AS (
            INSERT INTO state_counts (dataset_id, corpus_id, state, samples)
            SELECT :dataset, corpus_id, state, sum(grown) FROM (
                SELECT corpus_id, before AS state, -1 AS grown FROM moved
                UNION ALL SELECT corpus_id, after, 1 FROM moved) AS moves
            WHERE state <> 'candidate' GROUP BY corpus_id, state HAVING sum(grown) <> 0)
        SELECT count(*) FROM moved
    """),  # noqa: S608 - constants only
        {**values, "dataset": dataset_id},
    )
    session.execute(text("SET LOCAL winnow.counting = 'on'"))
    return int(moved or 0)
