"""Taking back a decision on many samples: each is as it was before, save what somebody has touched since."""

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.db import Json
from app.messages import say
from app.models import BulkAction, BulkMember, Dataset, Job, JobKind, User
from app.services import bulk, chosen, jobs
from app.services.contents import Ids
from app.services.errors import Conflict


def undo(session: Session, dataset: Dataset, bulk_id: int, by: User) -> BulkAction:
    """Take back a whole bulk action; `undone` says how many samples are restored and how many were left. Conflict."""
    action = bulk.find(session, dataset, bulk_id, lock=True)
    if action.undone_at is not None:
        raise Conflict(say("This was undone already, so there was nothing to take back."))
    _refuse_while_working(session, action)
    # An attempt that ended before its time has got so far; what it gave back is not asked about again.
    action.undone_by, action.undone = by.id, action.undone or {"restored": 0, "left": 0, "after": 0}
    if action.count > bulk.AT_ONCE:
        action.job_id = jobs.start(session, JobKind.UNDO, dataset.id, {"bulk_id": action.id}, by.id).id
    else:
        restore(session, dataset, action, members(session, action, action.count))
        finish(session, action)
    session.flush()
    session.refresh(action)
    return action


def members(session: Session, action: BulkAction, limit: int) -> Ids:
    """Some samples of an action that were not looked at yet."""
    mine = select(BulkMember.sample_id).where(
        BulkMember.bulk_id == action.id, BulkMember.sample_id > action.undone["after"]
    )
    return np.array(session.scalars(mine.order_by(BulkMember.sample_id).limit(limit)).all(), np.int64)


def restore(session: Session, dataset: Dataset, action: BulkAction, ids: Ids) -> None:
    """Give back those of these samples that stand as the action left them, place and answer included."""
    values: Json = {"bulk": action.id, "expert": action.expert_id, "dataset": dataset.id}
    chosen.fill(session, ids, "asked")
    session.execute(text(_LOCK), values)
    untouched = np.array(session.scalars(text(_UNTOUCHED), values).all(), np.int64)
    chosen.fill(session, untouched)
    chosen.move(session, dataset.id, _UNSETTLE, values)
    for statement in (_TAKE_BACK, _RETURN_PLACES):
        session.execute(text(statement), values)
    action.undone = {
        "restored": action.undone["restored"] + len(untouched),
        "left": action.undone["left"] + len(ids) - len(untouched),
        "after": int(ids[-1]),
    }
    session.flush()


def finish(session: Session, action: BulkAction) -> None:
    """Take the audits out of the queue, once all samples are given back."""
    for statement in (_CLOSE_AUDITS, _DROP_AUDITS):
        session.execute(text(statement), {"bulk": action.id})
    action.undone_at = func.now()
    action.undone = {name: number for name, number in action.undone.items() if name != "after"}
    session.flush()


def _refuse_while_working(session: Session, action: BulkAction) -> None:
    job = session.get(Job, action.job_id) if action.job_id else None
    if job is not None and job.state in jobs.ACTIVE:
        raise Conflict(say("This is still being worked on. Stop it first, or wait until it is done; then undo it."))


_LOCK = """
    SELECT count(*) FROM (
        SELECT s.id FROM samples s JOIN asked USING (id) ORDER BY s.id FOR NO KEY UPDATE OF s) AS locked
"""
_UNTOUCHED = """
    SELECT m.sample_id FROM asked JOIN bulk_members m ON m.sample_id = asked.id
        JOIN samples s ON s.id = m.sample_id JOIN slots o ON o.id = m.slot_id
        JOIN reviews r ON r.slot_id = o.id AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
    WHERE m.bulk_id = :bulk AND o.state = 'done' AND o.expert_id = :expert
      AND r.idempotency_key = 'bulk ' || m.bulk_id || ' ' || m.slot_id AND s.acceptance_id IS NULL
      AND (s.state = 'queued' AND m.settled_as IS NULL
           OR s.state = m.settled_as AND s.decided_at = m.settled_at AND s.revision_id IS NULL)
    ORDER BY m.sample_id
"""
_UNSETTLE = """
    UPDATE samples SET state = 'queued', decided_at = NULL FROM chosen
    WHERE samples.id = chosen.id AND samples.dataset_id = :dataset AND samples.state <> 'queued'
"""
_TAKE_BACK = """
    UPDATE reviews r SET undone_at = now() FROM bulk_members m JOIN chosen ON chosen.id = m.sample_id
    WHERE m.bulk_id = :bulk AND r.slot_id = m.slot_id AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
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
