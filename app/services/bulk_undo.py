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
        restore(session, dataset, action, members(session, action))
        finish(session, action)
    session.flush()
    session.refresh(action)
    return action


def members(session: Session, action: BulkAction) -> Ids:
    """The samples of an action that were not looked at yet, in ascending order."""
    mine = select(BulkMember.sample_id).where(
        BulkMember.bulk_id == action.id, BulkMember.sample_id > action.undone["after"]
    )
    return np.array(session.scalars(mine.order_by(BulkMember.sample_id)).all(), np.int64)


def restore(session: Session, dataset: Dataset, action: BulkAction, ids: Ids) -> None:
    """Give back those of these samples that stand as the action left them, place and answer included.

    `ids` are some of its members one after another, so that their first and last say which.
    """
    if not len(ids):
        return
    values: Json = {"bulk": action.id, "expert": action.expert_id, "first": int(ids[0]), "last": int(ids[-1])}
    session.execute(text(_TABLE))
    with chosen.by_key(session):
        for statement in (_LOCK, _UNTOUCHED):
            session.execute(text(statement), values)
        chosen.move(session, dataset.id, _UNSETTLE, {})
        for statement in (_TAKE_BACK, _RETURN_PLACES):
            session.execute(text(statement))
    restored = session.scalar(text("SELECT count(*) FROM untouched")) or 0
    action.undone = {
        "restored": action.undone["restored"] + restored,
        "left": action.undone["left"] + len(ids) - restored,
        "after": int(ids[-1]),
    }
    session.flush()


def finish(session: Session, action: BulkAction) -> None:
    """Take the audits out of the queue, once all samples are given back."""
    audits = select(BulkMember.audit_slot_id).where(
        BulkMember.bulk_id == action.id, BulkMember.audit_slot_id.is_not(None)
    )
    places = session.scalars(audits).all()
    for statement in (_CLOSE_AUDITS, _DROP_AUDITS):
        session.execute(text(statement), {"audits": places})
    action.undone_at = func.now()
    action.undone = {name: number for name, number in action.undone.items() if name != "after"}
    session.flush()


def _refuse_while_working(session: Session, action: BulkAction) -> None:
    job = session.get(Job, action.job_id) if action.job_id else None
    if job is not None and job.state in jobs.ACTIVE:
        raise Conflict(say("This is still being worked on. Stop it first, or wait until it is done; then undo it."))


_TABLE = """
    CREATE TEMP TABLE IF NOT EXISTS untouched (sample_id bigint PRIMARY KEY, slot_id bigint, review_id bigint,
        state text, expert_id bigint, leased_until timestamptz) ON COMMIT DELETE ROWS;
    TRUNCATE untouched
"""
_LOCK = """
    SELECT count(*) FROM (
        SELECT s.id FROM bulk_members m JOIN samples s ON s.id = m.sample_id
        WHERE m.bulk_id = :bulk AND m.sample_id BETWEEN :first AND :last ORDER BY s.id FOR NO KEY UPDATE OF s) AS locked
"""
_UNTOUCHED = """
    INSERT INTO untouched
    SELECT m.sample_id, o.id, r.id, m.slot_state, m.slot_expert_id, m.slot_leased_until
    FROM bulk_members m JOIN samples s ON s.id = m.sample_id JOIN slots o ON o.id = m.slot_id
        JOIN reviews r ON r.slot_id = o.id AND r.counted AND r.undone_at IS NULL AND r.decision <> 'skip'
    WHERE m.bulk_id = :bulk AND m.sample_id BETWEEN :first AND :last AND o.state = 'done' AND o.expert_id = :expert
      AND r.idempotency_key = 'bulk ' || m.bulk_id || ' ' || m.slot_id AND s.acceptance_id IS NULL
      AND (s.state = 'queued' AND m.settled_as IS NULL
           OR s.state = m.settled_as AND s.decided_at = m.settled_at AND s.revision_id IS NULL)
"""
_UNSETTLE = """
    UPDATE samples SET state = 'queued', decided_at = NULL FROM untouched
    WHERE samples.id = untouched.sample_id AND samples.dataset_id = :dataset AND samples.state <> 'queued'
"""
_TAKE_BACK = "UPDATE reviews SET undone_at = now() FROM untouched WHERE reviews.id = untouched.review_id"
_RETURN_PLACES = """
    UPDATE slots SET state = untouched.state, expert_id = untouched.expert_id, leased_until = untouched.leased_until
    FROM untouched WHERE slots.id = untouched.slot_id
"""
_CLOSE_AUDITS = """
    UPDATE slots SET state = 'closed', expert_id = NULL, leased_until = NULL
    WHERE id = ANY(:audits) AND slots.state IN ('open', 'leased')
      AND (slots.state = 'leased' OR EXISTS (SELECT FROM reviews r WHERE r.slot_id = slots.id))
"""
# Nothing hangs on an audit that nobody has seen, so that its place can go without a trace.
_DROP_AUDITS = "DELETE FROM slots WHERE id = ANY(:audits) AND state = 'open'"
