"""One person's answer on each of some hundred samples, in one step: so many that a colleague hardly waits for it."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import Json
from app.models import BulkAction, Dataset
from app.services import chosen, settling_many
from app.services.contents import Ids
from app.services.leases import lock_desk

MINE = "r.expert_id = :expert AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'"
FREE = """
    o.purpose = 'review' AND (
        o.state = 'open' OR o.state = 'leased' AND (o.expert_id = :expert OR o.leased_until < now()))
"""


def answer(session: Session, dataset: Dataset, action: BulkAction, ids: Ids) -> int:
    """Decide some of an action's samples; returns how many had a place that is free for its person."""
    lock_desk(session, dataset.id, action.expert_id)
    chosen.fill(session, ids)
    with chosen.by_key(session):
        count, settled = _answer(session, dataset, action)
        answered = session.scalar(text(_ANSWERED), {"expert": action.expert_id}) or 0 if count < len(ids) else 0
    action.count, action.settled = action.count + count, action.settled + settled
    before = {"answered": 0, "busy": 0, **action.left}
    action.left = {"answered": before["answered"] + answered, "busy": before["busy"] + len(ids) - count - answered}
    session.flush()
    return count


def _answer(session: Session, dataset: Dataset, action: BulkAction) -> tuple[int, int]:
    """Samples first, then their places, as everybody locks them. What somebody else holds is left, not waited for."""
    values: Json = {"dataset": dataset.id, "expert": action.expert_id, "bulk": action.id}
    session.execute(text(_TABLE))
    session.execute(text(_PICK), values)
    picked = session.scalars(text("SELECT sample_id FROM picked")).all()
    if not picked:
        return 0, 0
    session.execute(text(_FILL), values)
    session.execute(text(_REVIEW), values)
    settled = settling_many.settle(session, dataset, picked)
    session.execute(text(_REMEMBER), values)
    return len(picked), settled


_TABLE = """
    CREATE TEMP TABLE IF NOT EXISTS picked (sample_id bigint PRIMARY KEY, slot_id bigint, state text,
        expert_id bigint, leased_until timestamptz) ON COMMIT DELETE ROWS;
    TRUNCATE picked
"""
# The place is locked together with its sample: one that an expert reserved in between would keep them waiting for the
# sample until this step is over.
_PICK = f"""
    WITH free AS (
        SELECT o.id, o.sample_id, o.number, o.state, o.expert_id, o.leased_until
        FROM chosen JOIN samples s ON s.id = chosen.id JOIN slots o ON o.sample_id = s.id
        WHERE s.dataset_id = :dataset AND s.state = 'queued' AND {FREE}
          AND NOT coalesce((SELECT true FROM reviews r WHERE r.sample_id = s.id AND {MINE} LIMIT 1), false)
        FOR UPDATE OF o SKIP LOCKED FOR NO KEY UPDATE OF s SKIP LOCKED)
    INSERT INTO picked SELECT DISTINCT ON (sample_id) sample_id, id, state, expert_id, leased_until FROM free
    ORDER BY sample_id, (state = 'leased' AND expert_id = :expert) DESC, number
"""  # noqa: S608 - constants only
_FILL = """
    UPDATE slots SET state = 'done', expert_id = :expert, leased_until = NULL FROM picked WHERE slots.id = picked.slot_id
"""
_REVIEW = """
    INSERT INTO reviews (dataset_id, sample_id, slot_id, expert_id, decision, reason, comment, rubric_id, answers,
        guideline_id, idempotency_key)
    SELECT b.dataset_id, p.sample_id, p.slot_id, b.expert_id, b.decision, b.reason, b.comment, b.rubric_id, b.answers,
        (SELECT id FROM guidelines g WHERE g.dataset_id = :dataset ORDER BY version DESC LIMIT 1),
        'bulk ' || b.id || ' ' || p.slot_id
    FROM picked p, bulk_actions b WHERE b.id = :bulk ORDER BY p.sample_id
"""
_REMEMBER = """
    INSERT INTO bulk_members (bulk_id, sample_id, slot_id, slot_state, slot_expert_id, slot_leased_until, settled_as,
        settled_at)
    SELECT :bulk, p.sample_id, p.slot_id, p.state, p.expert_id, p.leased_until, nullif(s.state, 'queued'), s.decided_at
    FROM picked p JOIN samples s ON s.id = p.sample_id ORDER BY p.sample_id
"""
_ANSWERED = f"""
    SELECT count(*) FROM (SELECT id FROM chosen EXCEPT SELECT sample_id FROM picked) AS rest
    WHERE (SELECT true FROM reviews r WHERE r.sample_id = rest.id AND {MINE} LIMIT 1)
"""  # noqa: S608 - constants only
