"""Making a run's verdicts count, all at one moment. What experts have decided stays as it is."""

import numpy as np
from sqlalchemy import BigInteger, column, select, table, text
from sqlalchemy.orm import Session

from app.models import Dataset, Run
from app.services import judging, queue_order, reviewing, state_counts
from app.services.copying import copy_rows

_CHANGED = table("changed", column("id", BigInteger))

# Made once per connection and emptied by every commit: a table made and dropped each time would bloat the catalogue.
_WORKING = """
    CREATE TEMP TABLE IF NOT EXISTS falling (id bigint PRIMARY KEY) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS changed (id bigint PRIMARY KEY, corpus_id bigint, before text, after text)
        ON COMMIT DELETE ROWS
"""
# The conditions are on the row that is written, not on a copy: they are looked at again where an expert was faster.
_DROP = """
    WITH dropped AS (
        UPDATE samples SET state = 'dropped' FROM falling
        WHERE falling.id = samples.id AND samples.dataset_id = :dataset
          AND samples.state IN ('candidate', 'queued') AND samples.overruled_at IS NULL
        RETURNING samples.id, corpus_id, old.state AS before, new.state AS after)
    INSERT INTO changed SELECT * FROM dropped
"""
_QUEUE = """
    WITH queued AS (
        UPDATE samples SET state = 'queued'
        WHERE dataset_id = :dataset AND id <= :last AND state IN ('candidate', 'dropped')
          AND (overruled_at IS NOT NULL OR NOT EXISTS (SELECT FROM falling WHERE falling.id = samples.id))
        RETURNING id, corpus_id, old.state AS before, new.state AS after)
    INSERT INTO changed SELECT * FROM queued
"""
_COUNT = """
    INSERT INTO state_counts (dataset_id, corpus_id, state, samples)
    SELECT :dataset, corpus_id, state, sum(grown) FROM (
        SELECT corpus_id, before AS state, -1 AS grown FROM changed UNION ALL SELECT corpus_id, after, 1 FROM changed
    ) AS moves WHERE state <> 'candidate' GROUP BY corpus_id, state
"""


def publish(session: Session, run: Run) -> None:
    """Give every sample of a run the state that its verdict asks for; only those that change are written."""
    dataset = session.get_one(Dataset, run.dataset_id)
    run.published = True
    session.flush()
    session.execute(text(_WORKING))
    judged = judging.load(session, run)
    dropped = judged.layout.ids[judged.dropped].tolist()
    copy_rows(session, "COPY falling FROM STDIN", ((sample_id,) for sample_id in dropped))
    session.execute(text("ANALYZE falling"))
    session.execute(text("SET LOCAL winnow.counting = 'off'"))  # a million samples are counted together, not one by one
    for statement in (_DROP, _QUEUE, _COUNT):
        session.execute(text(statement), {"dataset": dataset.id, "last": run.last_sample_id})
    session.execute(text("SET LOCAL winnow.counting = 'on'; ANALYZE changed"))
    state_counts.fold(session, dataset.id)
    changed = select(_CHANGED.c.id)
    queue_order.prepare(session, run, judged, np.array(session.scalars(changed).all(), np.int64))
    reviewing.open_slots(session, dataset, changed, is_prepared=True)
    reviewing.close_slots(session, dataset, changed)
    queue_order.apply(session, dataset)
