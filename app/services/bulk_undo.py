"""Taking back a decision on many samples: each is as it was before, save what somebody has touched since."""

import numpy as np
from sqlalchemy import func, text
from sqlalchemy.orm import Session

from app.models import BulkAction, Dataset, User
from app.services import bulk, chosen
from app.services.contents import Ids
from app.services.errors import Conflict


def undo(session: Session, dataset: Dataset, bulk_id: int, by: User) -> BulkAction:
    """Take back a whole bulk action; `undone` says how many samples are restored and how many were left. Conflict."""
    action = bulk.find(session, dataset, bulk_id, lock=True)
    if action.undone_at is not None:
        raise Conflict("This was undone already, so there was nothing to take back.")
    values = {"bulk": action.id, "expert": action.expert_id, "decided": action.created_at, "dataset": dataset.id}
    restored = _untouched(session, values)
    chosen.fill(session, restored)
    chosen.move(session, dataset.id, _UNSETTLE, values)
    for statement in (_TAKE_BACK, _RETURN_PLACES, _CLOSE_AUDITS, _DROP_AUDITS):
        session.execute(text(statement), values)
    action.undone_at, action.undone_by = func.now(), by.id
    action.undone = {"restored": len(restored), "left": action.count - len(restored)}
    session.flush()
    session.refresh(action)
    return action


def _untouched(session: Session, values: dict[str, object]) -> Ids:
    """Lock the samples, then keep those that stand as the action left them, place and answer included."""
    session.execute(text(_LOCK), values)
    return np.array(session.scalars(text(_UNTOUCHED), values).all(), np.int64)


_LOCK = """
    SELECT count(*) FROM (
        SELECT s.id FROM samples s JOIN bulk_members m ON m.sample_id = s.id WHERE m.bulk_id = :bulk
        ORDER BY s.id FOR NO KEY UPDATE OF s) AS locked
"""
# The action was made, and its samples were decided, in one transaction: all bear the same time.
_UNTOUCHED = """
    SELECT m.sample_id FROM bulk_members m JOIN samples s ON s.id = m.sample_id JOIN slots o ON o.id = m.slot_id
        JOIN reviews r ON r.slot_id = o.id AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
    WHERE m.bulk_id = :bulk AND o.state = 'done' AND o.expert_id = :expert
      AND r.idempotency_key = 'bulk ' || m.bulk_id || ' ' || m.slot_id AND s.acceptance_id IS NULL
      AND (s.state = 'queued' AND m.settled_as IS NULL
           OR s.state = m.settled_as AND s.decided_at = :decided AND s.revision_id IS NULL)
    ORDER BY m.sample_id
"""
_UNSETTLE = """
    UPDATE samples SET state = 'queued', decided_at = NULL FROM chosen
    WHERE samples.id = chosen.id AND samples.dataset_id = :dataset AND samples.state <> 'queued'
"""
_TAKE_BACK = """
    UPDATE reviews r SET undone_at = now() FROM bulk_members m JOIN chosen ON chosen.id = m.sample_id
    WHERE m.bulk_id = :bulk AND r.slot_id = m.slot_id AND r.undone_at IS NULL
      AND r.idempotency_key = 'bulk ' || m.bulk_id || ' ' || m.slot_id
"""
_RETURN_PLACES = """
    UPDATE slots SET state = m.slot_state, expert_id = m.slot_expert_id, leased_until = m.slot_leased_until
    FROM bulk_members m JOIN chosen ON chosen.id = m.sample_id
    WHERE m.bulk_id = :bulk AND slots.id = m.slot_id
"""
_CLOSE_AUDITS = """
    UPDATE slots SET state = 'closed', expert_id = NULL, leased_until = NULL FROM bulk_members m
    WHERE m.bulk_id = :bulk AND slots.id = m.audit_slot_id AND slots.state IN ('open', 'leased')
      AND (slots.state = 'leased' OR EXISTS (SELECT FROM reviews r WHERE r.slot_id = slots.id))
"""
# Nothing hangs on an audit that nobody has seen, so that its place can go without a trace.
_DROP_AUDITS = """
    DELETE FROM slots USING bulk_members m
    WHERE m.bulk_id = :bulk AND slots.id = m.audit_slot_id AND slots.state = 'open'
"""
